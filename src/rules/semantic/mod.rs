//! The semantic layer: what Bitbucket would refuse, or do otherwise than it says. One file a rule.

/// The identity of a semantic rule; its page is `docs/rules/<id>.md`.
macro_rules! meta {
    ($id:literal, $severity:ident, $summary:literal) => {
        crate::finding::RuleMeta {
            id: $id,
            layer: crate::finding::Layer::Semantic,
            severity: crate::finding::Severity::$severity,
            summary: $summary,
            page: include_str!(concat!("../../../docs/rules/", $id, ".md")),
        }
    };
}

mod acyclic_pipelines;
mod automatic_first_step;
mod called_pipe;
mod cloned_history;
mod constant_image;
mod container_runner;
mod default_allowed;
mod docker_cache;
mod docker_runtime;
mod docker_service;
mod documented_time;
mod environment_once;
mod environment_order;
mod event_variable;
mod expressions;
mod fail_fast_in_group;
mod filled_placeholder;
mod final_last;
mod image_at_hand;
mod joined_lines;
mod known_agent;
mod known_artifact;
mod known_cache;
mod known_import;
mod known_pipeline;
mod known_service;
mod known_variable;
mod lacking;
mod needed_files;
mod one_artifact_form;
mod one_environment_type;
mod pipeline_has_steps;
mod plain_artifact_path;
mod quoted_key;
mod quoted_value;
mod readable_condition;
mod readable_script;
mod refused;
mod remote_variable;
mod retry_count;
mod role_with_oidc;
mod runner_label;
mod service_host;
mod service_limit;
mod service_memory;
mod site;
pub(super) use site::{Site, bare_runner, steps};
mod sound_export;
mod sound_pattern;
mod stage_deployment;
mod step_file;
mod step_limit;
mod step_variable;
mod steps_in_stage;
mod unique_names;
mod variable_names;
mod variable_reads;
mod variables_first;
mod whole_command;

use super::Rule;

/// The rules of this layer, by id.
pub static ALL: &[&dyn Rule] = &[
    &acyclic_pipelines::AcyclicPipelines,
    &automatic_first_step::AutomaticFirstStep,
    &called_pipe::CalledPipe,
    &cloned_history::ClonedHistory,
    &constant_image::ConstantImage,
    &container_runner::ContainerRunner,
    &default_allowed::DefaultAllowed,
    &docker_cache::DockerCache,
    &docker_runtime::DockerRuntime,
    &docker_service::DockerService,
    &documented_time::DocumentedTime,
    &environment_once::EnvironmentOnce,
    &environment_order::EnvironmentOrder,
    &event_variable::EventVariable,
    &fail_fast_in_group::FailFastInGroup,
    &filled_placeholder::FilledPlaceholder,
    &final_last::FinalLast,
    &image_at_hand::ImageAtHand,
    &known_agent::KnownAgent,
    &known_artifact::KnownArtifact,
    &known_cache::KnownCache,
    &known_import::KnownImport,
    &known_pipeline::KnownPipeline,
    &known_service::KnownService,
    &known_variable::KnownVariable,
    &one_artifact_form::OneArtifactForm,
    &one_environment_type::OneEnvironmentType,
    &pipeline_has_steps::PipelineHasSteps,
    &plain_artifact_path::PlainArtifactPath,
    &quoted_key::QuotedKey,
    &quoted_value::QuotedValue,
    &readable_condition::ReadableCondition,
    &readable_script::ReadableScript,
    &remote_variable::RemoteVariable,
    &retry_count::RetryCount,
    &role_with_oidc::RoleWithOidc,
    &runner_label::RunnerLabel,
    &service_host::ServiceHost,
    &service_limit::ServiceLimit,
    &service_memory::ServiceMemory,
    &sound_export::SoundExport,
    &sound_pattern::SoundPattern,
    &stage_deployment::StageDeployment,
    &step_limit::StepLimit,
    &step_file::StepFile,
    &step_variable::StepVariable,
    &steps_in_stage::StepsInStage,
    &unique_names::UniqueNames,
    &variables_first::VariablesFirst,
    &whole_command::WholeCommand,
];
