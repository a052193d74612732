//! Images among the settings that a command is given: `-var image=…`, `--images app=…`, `--parameter-overrides Image=…`.

use super::arguments::Arguments;
use super::selector::Selected;
use super::stated;
use crate::shell::Value;

/// Flags whose values are images, or names with the images that they stand for.
const IMAGES: [&str; 2] = ["--images", "-i"];

/// Flags whose values are settings by name.
const SETTINGS: [&str; 4] = ["-var", "--var", "--parameter-overrides", "--parameters"];

/// Flags with definitions in which images stand.
const DEFINITIONS: [&str; 2] = ["--container-definitions", "--source-configuration"];

/// The image of a template or a service, which may be somebody else's.
pub(super) const UNNAMED_IMAGE: &str = "the service's image";

/// The images that a command is given; a tag alone is one of an image whose name stands elsewhere.
pub(super) fn images(arguments: &Arguments<'_>) -> Vec<Selected> {
    let mut found = Vec::new();
    for (flag, value, place) in arguments.flag_values() {
        if DEFINITIONS.contains(&flag) {
            found.extend(stated::at(value, place));
        } else if flag == "--tag" {
            found.push(Selected { value: tagged(value), place });
        } else if IMAGES.contains(&flag) {
            let images = value.split_on(|c| c == ',').into_iter();
            found.extend(images.map(|image| Selected { value: right_of(&image), place }));
        } else if SETTINGS.contains(&flag) {
            found.extend(setting(value).map(|value| Selected { value, place }));
        }
    }
    // `--parameter-overrides A=1 B=2` has more than one word.
    let overrides = arguments.flag_values().any(|(flag, ..)| SETTINGS.contains(&flag) && flag.starts_with("--p"));
    if overrides {
        let words = (1..=arguments.plain_count()).filter_map(|number| arguments.plain(number));
        found.extend(words.filter_map(|word| Some(Selected { value: setting(&word.value)?, place: word.place })));
    }
    found
}

/// The images among Ansible's variables, of which a word may hold more than one: `-e "image=r.io/a:1 env=staging"`.
pub(super) fn variables(arguments: &Arguments<'_>) -> Vec<Selected> {
    let words = arguments.flag(&["-e".to_owned(), "--extra-vars".to_owned()]);
    let settings = words.iter().flat_map(|word| {
        let pairs = word.value.split_on(char::is_whitespace).into_iter();
        pairs.filter_map(|pair| Some(Selected { value: setting(&pair)?, place: word.place }))
    });
    settings.collect()
}

/// The image that one setting is about: by its name, a whole reference or a tag.
fn setting(pair: &Value) -> Option<Value> {
    // `ParameterKey=Image,ParameterValue=r.io/a:1`
    let long = pair.strip_prefix("ParameterKey=").and_then(|rest| rest.split_once(",ParameterValue="));
    let (name, value) = long.or_else(|| pair.split_once("="))?;
    let name: String =
        name.as_literal()?.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_lowercase();
    if name.ends_with("imagetag") || name.ends_with("imageversion") {
        return Some(tagged(&value));
    }
    let whole = ["image", "imageuri", "imageurl", "imagename", "dockerimage", "containerimage"]
        .iter()
        .any(|end| name.ends_with(end));
    // A name without a tag may be put together with one elsewhere.
    (whole && value.literal_contains(":")).then_some(value)
}

fn tagged(tag: &Value) -> Value {
    crate::shell::join([&Value::opaque(UNNAMED_IMAGE), tag], ":")
}

fn right_of(pair: &Value) -> Value {
    pair.split_once("=").map_or_else(|| pair.clone(), |(_, image)| image)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_setting_is_an_image_by_its_name() {
        let read = |text: &str| setting(&Value::literal(text)).map(|value| value.to_string());
        assert_eq!(read("image=r.io/a:1").as_deref(), Some("r.io/a:1"));
        assert_eq!(read("ApiImageUri=r.io/a:1").as_deref(), Some("r.io/a:1"));
        assert_eq!(read("ParameterKey=Image,ParameterValue=r.io/a:1").as_deref(), Some("r.io/a:1"));
        assert_eq!(read("image_tag=1").as_deref(), Some("<the service's image>:1"));
        for none in ["image=r.io/a", "Env=a:b", "imagePullPolicy=x:y", "image"] {
            assert_eq!(read(none), None, "{none}");
        }
    }
}
