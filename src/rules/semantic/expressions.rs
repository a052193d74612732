//! Expressions that another system fills in and Bitbucket leaves as they are: in commands, in the variables of pipes, and in other
//! values of the file.

use std::collections::HashSet;

use memchr::memmem;

use super::variable_names::{Unset, unset};
use crate::yaml::{Node, NodeId, Span};

/// An expression with what is told of it.
pub(super) struct Expression {
    /// Its place in the text.
    pub span: Span,
    pub message: String,
    pub help: String,
}

/// Where a text stands, and so what is filled in there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// The shell reads it.
    Command,
    /// Bitbucket fills in `$NAME`.
    Filled,
    /// It is taken as it stands.
    Constant,
}

/// Variables of Bitbucket that have a value before a pipeline runs, when `${{NAME}}` is filled in.
const BEFORE_THE_RUN: [&str; 5] =
    ["BITBUCKET_WORKSPACE", "BITBUCKET_REPO_SLUG", "BITBUCKET_BRANCH", "BITBUCKET_COMMIT", "BITBUCKET_PR_ID"];

/// Lines of a log that another system takes for orders, and whose they are.
const ORDERS: [(&str, &str); 4] = [
    ("##vso[", "Azure Pipelines"),
    ("::set-output ", "GitHub Actions"),
    ("::set-env ", "GitHub Actions"),
    ("::add-mask::", "GitHub Actions"),
];

/// What Jenkins and CircleCI call the things of a run, and what Bitbucket does.
const OWN_NAMES: [(&str, &str); 15] = [
    ("BUILD_NUMBER", "BITBUCKET_BUILD_NUMBER"),
    ("BUILD_ID", "BITBUCKET_BUILD_NUMBER"),
    ("GIT_COMMIT", "BITBUCKET_COMMIT"),
    ("BRANCH_NAME", "BITBUCKET_BRANCH"),
    ("GIT_BRANCH", "BITBUCKET_BRANCH"),
    ("CHANGE_BRANCH", "BITBUCKET_BRANCH"),
    ("CHANGE_TARGET", "BITBUCKET_PR_DESTINATION_BRANCH"),
    ("CHANGE_ID", "BITBUCKET_PR_ID"),
    ("TAG_NAME", "BITBUCKET_TAG"),
    ("WORKSPACE", "BITBUCKET_CLONE_DIR"),
    ("pipeline.git.tag", "BITBUCKET_TAG"),
    ("pipeline.git.branch", "BITBUCKET_BRANCH"),
    ("pipeline.git.revision", "BITBUCKET_COMMIT"),
    ("pipeline.number", "BITBUCKET_BUILD_NUMBER"),
    ("pipeline.id", "BITBUCKET_PIPELINE_UUID"),
];

/// The first expression of another system in a text.
pub(super) fn foreign(text: &str, place: Place) -> Option<Expression> {
    let bytes = text.as_bytes();
    let in_shell = place == Place::Command;
    // What a here-document holds may be meant for another program.
    let with_dollar = memchr::memchr(b'$', bytes).is_some() && !(in_shell && text.contains("<<"));
    let with_dollar = with_dollar.then(|| behind_dollar(text, place)).flatten();
    with_dollar.or_else(|| (memchr::memchr(b'<', bytes).is_some()).then(|| of_circle(text)).flatten()).or_else(|| {
        let (order, whose) =
            ORDERS.iter().find(|(order, _)| in_shell && memmem::find(bytes, order.as_bytes()).is_some())?;
        let start = text.find(order)?;
        // What only looks for it gives none.
        let line = text.get(..start)?.rsplit(['\n', ';', '&', '|']).next()?;
        let prints = ["echo", "printf", "Write-Host", "Write-Output"];
        line.split_whitespace().any(|word| prints.contains(&word)).then_some(())?;
        let message = format!("`{}` is an order to {whose}, and only printed here", order.trim_end());
        let help = "use `export` in the step; a later step reads what is in a file under `artifacts`".to_owned();
        Some(Expression { span: Span::new(start, start + order.trim_end().len()), message, help })
    })
}

fn behind_dollar(text: &str, place: Place) -> Option<Expression> {
    let (mut from, mut quotes, mut passed_to) = (0, 0, 0);
    for at in memchr::memchr_iter(b'$', text.as_bytes()) {
        let before = text.get(from..at).unwrap_or("");
        quotes += before.matches('\'').count();
        from = at;
        let shell = place == Place::Command;
        let quoted = shell && quotes % 2 == 1;
        let rest = text.get(at + 1..).unwrap_or("");
        if at < passed_to || before.ends_with('\\') {
            continue;
        }
        if let Some(inner) = rest.strip_prefix("{{") {
            let length = inner.find("}}")?;
            passed_to = at + length + 5;
            let span = Span::new(at, passed_to);
            match template(inner.get(..length).unwrap_or("").trim(), quoted, place) {
                Some((message, help)) => return Some(Expression { span, message, help }),
                None if quoted => return None,
                None => continue,
            }
        }
        if quoted || place == Place::Constant {
            continue;
        }
        let close = match rest.as_bytes().first() {
            Some(b'{') => '}',
            Some(b'(') => ')',
            Some(b'[') => ']',
            _ => continue,
        };
        let Some(name) = rest.get(1..).and_then(|inner| inner.split_once(close)).map(|(name, _)| name) else {
            continue;
        };
        let Some((whose, own)) = of_name(name.trim(), close) else { continue };
        let span = Span::new(at, at + name.len() + 3);
        let message = format!("`{}` is an expression of {whose}, and not filled in here", shown(text, span));
        let help = match own {
            "" => "write what it stands for, or a variable: `$NAME`".to_owned(),
            own => format!("use `${own}`"),
        };
        return Some(Expression { span, message, help });
    }
    None
}

fn shown(text: &str, span: Span) -> &str {
    text.get(span.start..span.end).unwrap_or("")
}

/// What is told of `${{ … }}`. With the name of a variable alone Bitbucket fills it in before the run.
fn template(inner: &str, quoted: bool, place: Place) -> Option<(String, String)> {
    let is_name = inner.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name {
        let late = inner.starts_with("BITBUCKET_") && !BEFORE_THE_RUN.contains(&inner);
        return late.then(|| {
            (
                format!("`${{{{{inner}}}}}` is filled in before the run, when `{inner}` has no value yet"),
                match place {
                    Place::Command => format!("write `${inner}`: the shell knows it when the step runs"),
                    _ => format!("write `${inner}` where the step runs"),
                },
            )
        });
    }
    let variable = "write the variable as `$NAME`; secrets are secured variables of the repository";
    match place {
        Place::Command if quoted => None,
        Place::Command => Some((
            "`${{ … }}` is an expression of GitHub Actions, and no shell can read it".to_owned(),
            variable.to_owned(),
        )),
        Place::Filled => Some((
            "`${{ … }}` is an expression of GitHub Actions, and not filled in here".to_owned(),
            variable.to_owned(),
        )),
        Place::Constant => Some((
            "`${{ … }}` is an expression of GitHub Actions, and not filled in here".to_owned(),
            "write the value itself: no variable is filled in here".to_owned(),
        )),
    }
}

/// Whose a name in brackets is that no shell reads, and what stands for it here.
fn of_name(name: &str, close: char) -> Option<(&'static str, &'static str)> {
    let begins =
        |begin: &str| name.strip_prefix(begin).filter(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()));
    let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
    match close {
        '}' => {
            let rest =
                ["env.", "params.", "currentBuild."].iter().find_map(|begin| begins(begin)).filter(|_| is_name)?;
            Some(("Jenkins", own_name(rest)))
        }
        ')' if is_name => {
            let azure = ["Build.", "System.", "Agent.", "Release.", "Pipeline.", "Environment.", "variables."];
            if azure.iter().any(|begin| begins(begin).is_some()) {
                return Some(("Azure Pipelines", of_azure(name)));
            }
            let results = name.starts_with("tasks.") && name.contains(".results.");
            // `$(params.sh)` runs a script.
            let script = [".sh", ".py", ".js", ".rb", ".pl"].iter().any(|end| name.ends_with(end));
            let tekton = results
                || !script && ["params.", "context.", "workspaces."].iter().any(|begin| begins(begin).is_some());
            tekton.then_some(("Tekton", ""))
        }
        ']' => (name.starts_with("variables.") || name.starts_with("variables[")).then_some(("Azure Pipelines", "")),
        _ => None,
    }
}

fn own_name(name: &str) -> &'static str {
    OWN_NAMES.iter().find(|(foreign, _)| *foreign == name).map_or("", |(_, own)| own)
}

/// `Build.BuildId` is the variable `BUILD_BUILDID` in the environment.
fn of_azure(name: &str) -> &'static str {
    match unset(&name.replace('.', "_").to_ascii_uppercase()) {
        Some(Unset::Foreign(_, own)) => own,
        _ => "",
    }
}

/// The longest expression that is looked for, in bytes.
const LONGEST: usize = 200;

/// `<< pipeline.git.tag >>`, `<<parameters.x>>`.
pub(super) fn of_circle(text: &str) -> Option<Expression> {
    memmem::find_iter(text.as_bytes(), b"<<").find_map(|start| {
        let rest = text.as_bytes().get(start + 2..start + 2 + LONGEST.min(text.len() - start - 2))?;
        let inner = text.get(start + 2..start + 2 + memmem::find(rest, b">>")?)?;
        // In single quotes it is a text for another program.
        let line = text.get(..start)?.rsplit('\n').next().unwrap_or("");
        if line.len() < LONGEST && line.matches('\'').count() % 2 == 1 {
            return None;
        }
        let name = inner.trim();
        let whose = ["pipeline.", "parameters.", "matrix."].iter().any(|begin| name.starts_with(begin));
        let whole = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        let span = Span::new(start, start + inner.len() + 4);
        (whose && whole).then(|| Expression {
            span,
            message: format!("`{}` is an expression of CircleCI, and not filled in here", shown(text, span)),
            help: match own_name(name) {
                "" => "write what it stands for, or a variable: `$NAME`".to_owned(),
                own => format!("use `${own}`"),
            },
        })
    })
}

/// The texts below a node that are no commands, no names of images and no conditions, each with what is filled in there.
pub(super) fn values<'d>(root: Node<'d>, found: &mut Vec<(Node<'d>, Place)>) {
    let mut seen: HashSet<NodeId> = HashSet::new();
    let mut open = vec![(root, Place::Constant)];
    while let Some((node, place)) = open.pop() {
        if !seen.insert(node.id()) {
            continue;
        }
        if node.text().is_some() {
            found.push((node, place));
        }
        open.extend(node.items().map(|item| (item, place)));
        for entry in node.entries() {
            let place = match entry.name() {
                "script" | "after-script" | "condition" | "agent" | "agents" => continue,
                "image" if !entry.value.is_mapping() => continue,
                "name"
                    if node
                        .get("username")
                        .or_else(|| node.get("run-as-user"))
                        .or_else(|| node.get("aws"))
                        .is_some() =>
                {
                    continue;
                }
                // A list declares the variables of a custom pipeline.
                "variables" | "input-variables" if entry.value.is_mapping() => Place::Filled,
                "username" | "password" => Place::Filled,
                _ => place,
            };
            open.push((entry.value, place));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_of_other_systems_are_found() {
        let told =
            |text: &str| foreign(text, Place::Command).map(|found| (shown(text, found.span).to_owned(), found.help));
        for (text, sign, help) in [
            ("docker build -t a:$(Build.BuildId) .", "$(Build.BuildId)", "use `$BITBUCKET_BUILD_NUMBER`"),
            ("curl x/${env.GIT_COMMIT}", "${env.GIT_COMMIT}", "use `$BITBUCKET_COMMIT`"),
            ("curl x/$(params.version)", "$(params.version)", "write what it stands for, or a variable: `$NAME`"),
            (
                "curl \"$(tasks.a.results.b)\"",
                "$(tasks.a.results.b)",
                "write what it stands for, or a variable: `$NAME`",
            ),
            ("curl $[ variables.x ]", "$[ variables.x ]", "write what it stands for, or a variable: `$NAME`"),
            ("curl << pipeline.git.tag >>", "<< pipeline.git.tag >>", "use `$BITBUCKET_TAG`"),
        ] {
            assert_eq!(told(text), Some((sign.to_owned(), help.to_owned())), "{text}");
        }
        for order in ["echo '##vso[task.setvariable variable=x]y'", "echo \"::set-output name=x::y\""] {
            assert!(told(order).is_some(), "{order}");
        }
        for none in [
            "echo $(build.sh) $(params.sh) $(tasks.py)",
            "sed 's/$(Build.BuildId)/1/' x",
            "echo \\${env.X}",
            "cat <<E > Jenkinsfile\n${env.X}\nE",
            "mvn help:evaluate -Dx='${project.version}'",
            "echo $[1 + 2] ${a[0]} $((1 << 2))",
            "echo ${{ NAME }}",
            "grep '##vso[' log.txt; sed -i '/::set-output /d' x.sh",
            "echo $[variables_count + 1]",
            "cat config.yml | grep '<< parameters.x >>'",
        ] {
            assert_eq!(told(none), None, "{none}");
        }
    }
}
