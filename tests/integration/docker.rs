//! Which docker a command talks to, and what that says of the step.

use pipewright::check::Checker;
use pipewright::settings::Settings;

/// What is told of the docker of a step that runs some commands and has no service.
fn told(commands: &[&str]) -> Vec<String> {
    let script: String = commands.iter().map(|command| format!("            - {command}\n")).collect();
    let text = format!(
        "image: docker:27.3-cli\npipelines:\n  custom:\n    chore:\n      - step:\n          script:\n{script}"
    );
    let found = Checker::new(Settings::default()).check(text).findings;
    let about = found.iter().filter(|finding| ["docker-service", "declared-environment"].contains(&finding.rule));
    about.map(|finding| finding.message.clone()).collect()
}

#[test]
fn what_needs_no_daemon_needs_no_service() {
    for command in [
        "docker context create prod --docker host=ssh://deploy@host.example",
        "docker compose config --quiet",
        "docker compose -f compose.prod.yml --profile web config -q",
        "docker-compose -f compose.prod.yml config",
        "docker-compose version",
        "docker-compose --version",
        "docker-compose -v",
        "docker compose --version",
        "docker-compose help",
        "docker --version",
        "docker help",
        "docker completion bash",
        "docker init",
        "docker buildx version",
        "docker buildx ls",
        "docker buildx imagetools inspect acme/app:1",
        "docker manifest inspect acme/app:1",
        "docker logout r.example",
        "docker build --help",
        "docker compose up --help",
    ] {
        assert_eq!(told(&[command]), [""; 0], "{command}");
    }
    for command in [
        "docker compose ps",
        "docker compose -f compose.prod.yml ps",
        "docker-compose -f compose.prod.yml ps",
        "docker-compose rm -v",
        "docker version",
        "docker run --rm acme/tool:1.2 --help",
        "docker buildx du",
    ] {
        assert_eq!(told(&[command]).len(), 1, "{command}");
    }
}

#[test]
fn a_context_is_another_machine() {
    let up = "docker compose up -d";
    let deploys = ["`docker compose up` deploys and its step declares no `deployment`"];
    let local = ["`docker compose up` has no docker to talk to"];
    assert_eq!(told(&[up]), local);
    assert_eq!(told(&["docker context use box", up]), deploys);
    assert_eq!(told(&["docker context use box", "docker context use default", up]), local);
    assert_eq!(told(&["DOCKER_CONTEXT=box docker compose up -d"]), deploys);
    assert_eq!(told(&["export DOCKER_CONTEXT=box", up]), deploys);
    assert_eq!(told(&["export DOCKER_CONTEXT=default", up]), local);
    assert_eq!(told(&["export DOCKER_HOST=ssh://deploy@host.example", up]), deploys);
}

#[test]
fn a_daemon_beside_the_step_is_no_other_machine() {
    for host in ["tcp://localhost:2375", "unix:///var/run/docker.sock", "tcp://127.0.0.1:2376"] {
        assert_eq!(told(&[&format!("export DOCKER_HOST={host}"), "docker compose up -d"]), [""; 0], "{host}");
        assert_eq!(told(&[&format!("DOCKER_HOST={host} docker compose up -d")]), [""; 0], "{host}");
    }
}
