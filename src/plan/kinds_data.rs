//! Programs and words of theirs that check something.

use super::kinds::Checks::{self, Format, Lint, Scan, Test, Wait};

/// Whether a word is one of several.
pub(super) fn has(words: &str, word: &str) -> bool {
    words.split(' ').any(|one| one == word)
}

/// Programs that are for one kind of check, whatever they are told; tasks and images have such names, too. Words stand behind one another here, with blanks between.
pub(super) const PROGRAMS: [(Checks, &str); 4] = [
    (
        Test,
        "pytest py.test unittest nose2 nosetests tox nox jest vitest mocha ava karma jasmine testcafe nightwatch wdio \
         newman gotestsum ginkgo rspec minitest cucumber cucumber-js behave phpunit simple-phpunit pest paratest \
         codecept behat ctest bats k6 detox maestro nextest spec",
    ),
    (
        Lint,
        "eslint tslint stylelint tsc vue-tsc flake8 pylint mypy pyright pycodestyle pydocstyle pyflakes rubocop reek \
         phpstan psalm phpcs phpmd phan staticcheck clippy detekt ktlint ktlintCheck checkstyle checkstyleMain \
         spotbugs spotbugsMain pmd shellcheck hadolint yamllint markdownlint markdownlint-cli2 tflint sqlfluff cspell \
         codespell actionlint commitlint htmlhint jshint dialyzer credo swiftlint cppcheck clang-tidy luacheck \
         spectral pre-commit kubeval kubeconform conftest cfn-lint",
    ),
    (Format, "black isort prettier rustfmt clang-format shfmt yapf autopep8 pint php-cs-fixer"),
    (
        Scan,
        "trivy grype gitleaks trufflehog detect-secrets ggshield semgrep bandit brakeman gosec govulncheck tfsec \
         checkov kics terrascan safety osv-scanner dockle bundler-audit bundle-audit retire njsscan wizcli wiz-cli \
         sonar sonar-scanner sonarqube dependency-check dependency-check-maven dependencyCheckAnalyze codeql \
         checkmarx veracode soos-sca quality-gate sonarqube-quality-gate sonarcloud-quality-gate",
    ),
];

/// Programs of which only some subcommands check something, with these: nothing else of theirs does, whatever its name.
pub(super) const TOOLS: [(&str, &[(&str, Checks)]); 31] = [
    ("cargo", &[("test t nextest tarpaulin llvm-cov", Test), ("clippy", Lint), ("fmt", Format), ("audit deny", Scan)]),
    ("go", &[("test", Test), ("vet", Lint)]),
    ("deno", &[("test", Test), ("lint check", Lint), ("fmt", Format)]),
    ("manage.py", &[("test", Test), ("check", Lint)]),
    ("artisan", &[("test dusk", Test)]),
    ("rails", &[("test spec", Test)]),
    ("cypress", &[("run", Test)]),
    ("playwright", &[("test", Test)]),
    ("snyk", &[("test code container iac", Scan)]),
    ("dotnet", &[("test vstest", Test), ("format", Format)]),
    ("flutter", &[("test drive", Test), ("analyze", Lint)]),
    ("dart", &[("test", Test), ("analyze", Lint), ("format", Format)]),
    ("swift", &[("test", Test)]),
    ("mix", &[("test", Test), ("credo dialyzer", Lint), ("format", Format)]),
    ("ng", &[("test e2e", Test), ("lint", Lint)]),
    ("react-scripts", &[("test", Test)]),
    ("vue-cli-service", &[("test", Test), ("lint", Lint)]),
    ("ruff", &[("check", Lint), ("format", Format)]),
    ("biome", &[("check lint ci", Lint), ("format", Format)]),
    ("golangci-lint", &[("run", Lint)]),
    ("terraform", &[("validate", Lint), ("fmt", Format), ("test", Test)]),
    ("tofu", &[("validate", Lint), ("fmt", Format), ("test", Test)]),
    ("terragrunt", &[("validate", Lint), ("hclfmt", Format), ("test", Test)]),
    ("helm", &[("lint", Lint), ("test", Test)]),
    ("kubectl", &[("rollout wait", Wait)]),
    ("oc", &[("rollout wait", Wait)]),
    ("pip", &[("check", Lint)]),
    ("poetry", &[("check", Lint)]),
    ("cosign", &[("verify verify-attestation", Scan)]),
    ("packer", &[("validate", Lint), ("fmt", Format)]),
    ("buf", &[("lint breaking", Lint), ("format", Format)]),
];

/// Phases of what builds, each of which runs those before it.
pub(super) const LIFECYCLES: [(&str, &str); 2] =
    [("mvn mvnw mvnd", "test package integration-test verify install deploy"), ("gradle gradlew", "test check build")];

/// Programs that run scripts of the repository, any of their words.
pub(super) const SCRIPTS: &str =
    "npm pnpm yarn bun composer make rake just task invoke grunt gulp nx turbo lerna ant sbt lein";

/// Programs that run a command in a container, behind `run` or `exec`.
pub(super) const INNER: &str = "docker docker-compose podman nerdctl";

/// Programs that run a script at hand.
pub(super) const INTERPRETERS: &str = "python python2 python3 php node ruby bash sh";

/// Options whose next word is their value.
pub(super) const VALUES: &str = "-n --namespace --context --kubeconfig --prefix -C --cwd --dir -f --file -w --workspace --filter -F -p \
     --project --projects -c --config --manifest-path -pl -P -rf -v --volume -e --env --name -u --user --network \
     --env-file --workdir";
