//! Which environment a name means.

use std::borrow::Cow;

use crate::settings::Settings;

/// The kinds of environments that the policy tells apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EnvironmentKind {
    /// For tests and development.
    Test,
    /// Like production, and before it.
    Staging,
    /// Production.
    Production,
}

impl EnvironmentKind {
    /// The lower-case word.
    pub fn word(self) -> &'static str {
        match self {
            EnvironmentKind::Test => "test",
            EnvironmentKind::Staging => "staging",
            EnvironmentKind::Production => "production",
        }
    }
}

/// The kind that a declared name means; `None` where the name tells nothing.
pub fn kind_of(name: &str, settings: &Settings) -> Option<EnvironmentKind> {
    if name.eq_ignore_ascii_case(&settings.environments.release) {
        return Some(EnvironmentKind::Production);
    }
    if name.eq_ignore_ascii_case(&settings.environments.candidate) {
        return Some(EnvironmentKind::Staging);
    }
    let tokens = tokens(name);
    strong(&tokens).or_else(|| {
        let weak = |names: &[&str]| tokens.iter().any(|token| names.contains(&token.as_ref()));
        if weak(&["live"]) {
            Some(EnvironmentKind::Production)
        } else if weak(&[
            "test",
            "testing",
            "tests",
            "dev",
            "development",
            "develop",
            "qa",
            "sandbox",
            "ci",
            "int",
            "integration",
        ]) {
            Some(EnvironmentKind::Test)
        } else {
            None
        }
    })
}

/// The kind that the words of a command imply; `None` where they tell nothing or disagree.
pub fn inferred(words: &[String], settings: &Settings) -> Option<EnvironmentKind> {
    let mut found = None;
    let mut for_tests = false;
    for word in words {
        let plain = without_general_variables(word.trim_matches(['"', '\'']));
        let plain = plain.as_ref();
        for_tests |= plain.split('/').any(is_for_tests);
        let exact = match choices(plain) {
            // `${ENV:-production}`: what names it on some ways alone tells nothing.
            Some(each) => {
                let mut kinds = each.iter().map(|one| exact(one, settings));
                let first = kinds.next().flatten();
                if kinds.any(|kind| kind != first) {
                    return None;
                }
                first
            }
            None => exact(plain, settings),
        };
        match (found, exact) {
            (_, None) => {}
            (None, kind) => found = kind,
            (Some(before), Some(kind)) if before == kind => {}
            _ => return None,
        }
    }
    // `--context dev` disagrees with `values-production.yaml` as `--context staging` does.
    found.filter(|_| !for_tests)
}

/// The kind that one word implies.
fn exact(word: &str, settings: &Settings) -> Option<EnvironmentKind> {
    if word.eq_ignore_ascii_case(&settings.environments.release) {
        Some(EnvironmentKind::Production)
    } else if word.eq_ignore_ascii_case(&settings.environments.candidate) {
        Some(EnvironmentKind::Staging)
    } else if may_name_one(word) {
        strong(&tokens(word)).or_else(|| is_live(word).then_some(EnvironmentKind::Production))
    } else {
        None
    }
}

/// Whether letters stand in a word that are in each name of an environment: most words are told by that.
fn may_name_one(word: &str) -> bool {
    let begins = |letters: &[u8]| {
        [b"pro", b"prd", b"sta", b"stg", b"uat", b"liv"].iter().any(|begin| letters.eq_ignore_ascii_case(*begin))
    };
    word.as_bytes().windows(3).any(begins)
}

/// What a word may be, where a part of it is shown as one of several: `<$ENV or production>/app`.
fn choices(word: &str) -> Option<Vec<String>> {
    let (before, rest) = word.split_once('<')?;
    let (inside, behind) = rest.split_once('>').filter(|(inside, _)| inside.contains(" or "))?;
    Some(inside.split(" or ").map(|one| format!("{before}{one}{behind}")).collect())
}

/// Whether a whole word is the name of an environment for tests.
fn is_for_tests(word: &str) -> bool {
    ["test", "testing", "dev", "development", "qa", "sandbox"].iter().any(|name| word.eq_ignore_ascii_case(name))
}

/// Whether a word is `live`, alone or with a part of the world behind it, and not the name of something else, such as `live-chat`.
fn is_live(word: &str) -> bool {
    let word = word.to_ascii_lowercase();
    let Some(rest) = word.strip_prefix("live") else { return false };
    let place = rest.strip_prefix(['-', '_']).map(|rest| rest.split(['-', '_']).next().unwrap_or(""));
    rest.is_empty() || place.is_some_and(|place| ["eu", "us", "uk", "ap", "apac", "emea", "au", "de"].contains(&place))
}

/// Variables of programs that are told a mode by them, which is `production` on staging as well.
const MODES: [&str; 19] = [
    "APP_ENV",
    "ASPNETCORE_ENVIRONMENT",
    "CAKE_ENV",
    "CI_ENVIRONMENT",
    "DJANGO_SETTINGS_MODULE",
    "DOTNET_ENVIRONMENT",
    "FLASK_ENV",
    "GO_ENV",
    "HANAMI_ENV",
    "MICRONAUT_ENVIRONMENTS",
    "MIX_ENV",
    "NODE_CONFIG_ENV",
    "NODE_ENV",
    "NUXT_ENV",
    "QUARKUS_PROFILE",
    "RACK_ENV",
    "RAILS_ENV",
    "SPRING_PROFILES_ACTIVE",
    "WP_ENV",
];

/// A word without what it tells programs of their mode: `NODE_ENV=production,TZ=UTC`.
pub(super) fn without_modes(word: String) -> String {
    let names_mode = |part: &str| {
        let name = part.split_once('=').map(|(name, _)| name.trim_matches(['"', '\'']));
        name.is_some_and(|name| MODES.contains(&name))
    };
    if !word.split([',', ' ', '|', ';']).any(names_mode) {
        return word;
    }
    word.split([',', ' ', '|', ';']).filter(|part| !names_mode(part)).collect::<Vec<_>>().join(",")
}

/// Whether a word leaves no doubt about an environment, whatever the settings call theirs.
pub(super) fn tells(word: &str) -> bool {
    strong(&tokens(&without_general_variables(word))).is_some()
}

/// Whether an address or a context names an environment, be it one for tests: `ssh://ci@dev.acme.example`.
pub(super) fn is_told_by(place: &str) -> bool {
    tells(place) || place.split(|c: char| !c.is_alphanumeric()).any(is_for_tests)
}

/// A word without the variables that hold the name of any environment: `$STAGE` is no hint of staging.
fn without_general_variables(word: &str) -> Cow<'_, str> {
    if !word.contains('$') {
        return Cow::Borrowed(word);
    }
    let mut kept = String::with_capacity(word.len());
    let mut rest = word;
    while let Some((before, after)) = rest.split_once('$') {
        let after = after.strip_prefix('{').unwrap_or(after);
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        let (name, others) = after.split_at(end);
        kept.push_str(before);
        kept.push('$');
        kept.push_str(if is_general(name) { "" } else { name });
        rest = others;
    }
    kept.push_str(rest);
    Cow::Owned(kept)
}

/// The variable that names the environment of a command, where its words leave that to one: `$STAGE`, `${ENVIRONMENT}`.
pub fn left_to_variable(words: &[String]) -> Option<&str> {
    let names = words.iter().flat_map(|word| word.split('$').skip(1)).map(|after| {
        let after = after.strip_prefix('{').unwrap_or(after);
        let end = after.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(after.len());
        after.get(..end).unwrap_or(after)
    });
    let says = |name: &&str| {
        tokens(name).iter().any(|token| ["env", "environment", "stage"].contains(&token.as_ref())) && is_general(name)
    };
    names.into_iter().find(says)
}

/// Whether a variable is called after environments in general, as `STAGE`, `DEPLOY_STAGE` or `STAGE_NAME` are.
pub(super) fn is_general(variable: &str) -> bool {
    let general = |token: &str| {
        ["app", "aws", "deploy", "deployment", "env", "environment", "name", "serverless", "sls", "stage", "target"]
            .contains(&token)
    };
    tokens(variable).iter().all(|token| general(token))
}

/// What the words that leave no doubt say.
fn strong(tokens: &[Cow<'_, str>]) -> Option<EnvironmentKind> {
    let has = |names: &[&str]| tokens.iter().any(|token| names.contains(&token.as_ref()));
    let production = has(&["production", "prod", "prd"]);
    let before = tokens.windows(2).any(|pair| {
        matches!(pair[0].as_ref(), "pre" | "non" | "not")
            && matches!(pair[1].as_ref(), "production" | "prod" | "prd" | "live")
    });
    if before || has(&["preprod", "preproduction", "nonprod", "nonproduction", "preprd"]) {
        return Some(EnvironmentKind::Staging);
    }
    let staging = has(&["staging", "stage", "stg", "stag", "uat"]);
    match (production, staging) {
        (true, false) => Some(EnvironmentKind::Production),
        (false, true) => Some(EnvironmentKind::Staging),
        _ => None,
    }
}

/// Lower-case words, split at punctuation and where lower case meets upper case, without the digits at their ends.
fn tokens(name: &str) -> Vec<Cow<'_, str>> {
    let mut tokens = Vec::new();
    for mut rest in name.split(|c: char| !c.is_alphanumeric()) {
        while !rest.is_empty() {
            let (token, others) = rest.split_at(word_end(rest));
            rest = others;
            let token = token.trim_end_matches(|c: char| c.is_ascii_digit());
            let is_lower = token.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
            match (token.is_empty(), is_lower) {
                (true, _) => {}
                (_, true) => tokens.push(Cow::Borrowed(token)),
                (_, false) => tokens.push(Cow::Owned(token.chars().flat_map(char::to_lowercase).collect())),
            }
        }
    }
    tokens
}

/// Where the first word of letters and digits ends.
fn word_end(letters: &str) -> usize {
    let mut lower_before = false;
    for (at, c) in letters.char_indices() {
        if c.is_uppercase() && lower_before {
            return at;
        }
        lower_before = c.is_lowercase();
    }
    letters.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_imply_kinds() {
        let kind = |name: &str| kind_of(name, &Settings::default());
        for name in ["Production", "prod", "prod-eu", "live", "prod2", "base-prod"] {
            assert_eq!(kind(name), Some(EnvironmentKind::Production), "{name}");
        }
        for name in ["staging", "preprod", "pre-production", "nonprod", "uat", "Stage"] {
            assert_eq!(kind(name), Some(EnvironmentKind::Staging), "{name}");
        }
        assert_eq!(kind("test"), Some(EnvironmentKind::Test));
        assert_eq!(kind("reproduction"), None);
        assert_eq!(kind("product-catalog"), None);
    }

    #[test]
    fn words_that_disagree_imply_nothing() {
        let infer = |words: &[&str]| {
            inferred(&words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>(), &Settings::default())
        };
        assert_eq!(infer(&["deployment/api", "rg-billing-production"]), Some(EnvironmentKind::Production));
        assert_eq!(infer(&["$PRODUCTION_HOST"]), Some(EnvironmentKind::Production));
        assert_eq!(infer(&["staging", "production"]), None);
        assert_eq!(infer(&["live-chat"]), None);
        assert_eq!(infer(&["live"]), Some(EnvironmentKind::Production));
        assert_eq!(infer(&["Live-EU-1"]), Some(EnvironmentKind::Production));
        assert_eq!(infer(&["dev", "values-production.yaml"]), None);
        assert_eq!(infer(&["envs/dev", "../prod.tfvars"]), None);
        assert_eq!(infer(&["dev-portal", "prod"]), Some(EnvironmentKind::Production));
    }

    #[test]
    fn a_programs_mode_is_no_environment() {
        for (word, rest) in [
            ("NODE_ENV=production", ""),
            ("TZ=UTC,RAILS_ENV=production,HOST=prod-db", "TZ=UTC,HOST=prod-db"),
            ("ENVIRONMENT=production", "ENVIRONMENT=production"),
            ("my-NODE_ENV=production", "my-NODE_ENV=production"),
        ] {
            assert_eq!(without_modes(word.to_owned()), rest);
        }
    }

    #[test]
    fn a_variable_for_any_environment_is_no_hint() {
        let infer = |word: &str| inferred(&[word.to_owned()], &Settings::default());
        for word in ["$STAGE", "$PROJECT-$STAGE", "${PROJECT}-${STAGE}-api", "${STAGE_NAME}", "$DEPLOY_STAGE"] {
            assert_eq!(infer(word), None, "{word}");
        }
        let left = |word: &str| left_to_variable(&[word.to_owned()]).map(str::to_owned);
        assert_eq!(left("$PROJECT-${DEPLOY_ENV}-x").as_deref(), Some("DEPLOY_ENV"));
        assert_eq!((left("$HOST"), left("$APP_NAME"), left("env")), (None, None, None));
        for word in ["stage", "$STAGE_HOST", "$STAGING", "${STAGE:-staging}", "$STAGE-stage"] {
            assert_eq!(infer(word), Some(EnvironmentKind::Staging), "{word}");
        }
    }
}
