//! What is sent for a reply: a chat completion's request, or a response's.

use async_openai::types::chat::{
    ChatCompletionRequestAssistantMessage, ChatCompletionRequestAssistantMessageContent, ChatCompletionRequestMessage,
    ChatCompletionRequestSystemMessage, ChatCompletionRequestUserMessage, ChatCompletionStreamOptions,
    CreateChatCompletionRequest,
};
use async_openai::types::responses::{
    CreateResponse, EasyInputContent, EasyInputMessage, InputItem, InputParam, Role as Speaker,
};

use super::options::LiveOptions;
use crate::chat::{Message, Role};
use crate::settings::Api;

/// A request in the words of the API that is asked.
pub(super) enum Body {
    Chat(CreateChatCompletionRequest),
    Response(CreateResponse),
}

/// What a server refused before, and is asked without.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Spared {
    pub(super) stream_options: bool,
    pub(super) stream: bool,
}

impl Body {
    pub(super) fn new(options: &LiveOptions, model: &str, messages: &[Message], spared: Spared) -> Self {
        let stream = Some(!spared.stream);
        match options.api {
            Api::Chat => Self::Chat(CreateChatCompletionRequest {
                model: model.to_owned(),
                messages: messages.iter().map(message).collect(),
                stream,
                stream_options: (!spared.stream && !spared.stream_options)
                    .then_some(ChatCompletionStreamOptions { include_usage: Some(true), include_obfuscation: None }),
                temperature: options.temperature,
                max_completion_tokens: options.max_tokens,
                ..CreateChatCompletionRequest::default()
            }),
            Api::Responses => Self::Response(CreateResponse {
                model: Some(model.to_owned()),
                instructions: instructions(messages),
                input: InputParam::Items(messages.iter().filter_map(item).collect()),
                stream,
                // The whole conversation is sent each time, so the server has nothing to keep.
                store: Some(false),
                temperature: options.temperature,
                max_output_tokens: options.max_tokens,
                ..CreateResponse::default()
            }),
        }
    }
}

fn message(message: &Message) -> ChatCompletionRequestMessage {
    let text = message.text.clone();
    match message.role {
        Role::System => ChatCompletionRequestSystemMessage::from(text).into(),
        Role::User => ChatCompletionRequestUserMessage::from(text).into(),
        Role::Assistant => ChatCompletionRequestAssistantMessage {
            content: Some(ChatCompletionRequestAssistantMessageContent::Text(text)),
            ..Default::default()
        }
        .into(),
    }
}

/// The system prompt, which the Responses API has beside the conversation.
fn instructions(messages: &[Message]) -> Option<String> {
    let system = messages.iter().filter(|message| message.role == Role::System);
    let texts: Vec<&str> = system.map(|message| message.text.as_str()).collect();
    (!texts.is_empty()).then(|| texts.join("\n\n"))
}

fn item(message: &Message) -> Option<InputItem> {
    let role = match message.role {
        Role::System => return None,
        Role::User => Speaker::User,
        Role::Assistant => Speaker::Assistant,
    };
    let content = EasyInputContent::Text(message.text.clone());
    Some(InputItem::EasyMessage(EasyInputMessage { role, content, ..EasyInputMessage::default() }))
}
