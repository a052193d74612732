//! Credentials in a list of settings that is one word: `--set image.tag=1,db.password=…`.

use super::secret::is_secret_name;
use super::secret_places::Told;
use super::secret_words::{Token, unquoted};

/// Flags with such a list: of Helm, Cloud Run, the functions of AWS and others.
const FLAGS: [&str; 8] = [
    "--set",
    "--set-string",
    "--set-literal",
    "--set-env-vars",
    "--update-env-vars",
    "--env-vars",
    "--environment",
    "--parameters",
];

/// How many settings of one word are looked at.
const MOST: usize = 200;

/// What the settings of a list say, if a word is one of several: of one alone any word tells.
pub(super) fn listed<'t>(tokens: &[Token<'t>], index: usize) -> Option<Vec<Told<'t>>> {
    let token = tokens.get(index)?;
    let glued = token.text.split_once('=').filter(|(flag, _)| FLAGS.contains(flag));
    let of_flag = || index.checked_sub(1).and_then(|at| tokens.get(at)).is_some_and(|flag| FLAGS.contains(&flag.text));
    let (list, start) = match glued {
        Some((flag, list)) => (list, token.start + flag.len() + 1),
        None if of_flag() => (token.text, token.start),
        None => return None,
    };
    let (list, offset) = unquoted(list);
    // `Variables={A=b,C=d}`
    let opens = list.find("={").map_or(0, |at| at + 2);
    let mut at = start + offset + opens;
    let settings = list.get(opens..)?.trim_end_matches('}').split(',');
    if settings.clone().filter(|setting| setting.contains('=')).count() + opens < 2 {
        return None;
    }
    let mut told = Vec::new();
    for setting in settings.take(MOST) {
        if let Some((name, value)) = setting.split_once('=').filter(|(name, _)| is_secret_name(name)) {
            told.push((value, at + name.len() + 1, format!("the value of `{name}`")));
        }
        at += setting.len() + 1;
    }
    Some(told)
}

#[cfg(test)]
mod tests {
    use super::super::secret_commands::in_commands;

    #[test]
    fn each_setting_of_a_list_is_looked_at() {
        let found = |text: &str| {
            in_commands(text).iter().map(|hit| text[hit.span.start..hit.span.end].to_owned()).collect::<Vec<_>>()
        };
        for text in [
            "helm upgrade a b --set image.tag=1,db.password=k9-Zt41",
            "helm upgrade a b --set db.password=k9-Zt41,image.tag=1",
            "helm upgrade a b --set-string=\"image.tag=1,db.password=k9-Zt41,x=y\"",
            "gcloud run deploy a --set-env-vars A=b,DB_PASSWORD=k9-Zt41",
            "aws lambda update-function-configuration --environment 'Variables={DB_PASSWORD=k9-Zt41}'",
        ] {
            assert_eq!(found(text), ["k9-Zt41"], "{text}");
        }
        assert_eq!(found("helm upgrade a b --set image.tag=1,db.password=$DB_PASSWORD"), [] as [&str; 0]);
        assert_eq!(found("helm upgrade a b --set db.existingSecret=app-db,x=y"), [] as [&str; 0]);
    }
}
