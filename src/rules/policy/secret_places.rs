//! Credentials that stand at a place of a command: behind the name of a setting, in a pair, in a line of `.netrc`.

use super::secret::{is_secret_name, weigh};
use super::secret_commands::{is_assignment, is_npmrc};
use super::secret_words::{Token, unquoted};
use crate::shell;

/// How many words may stand between what tells of a credential and the credential: a line may be as long as it likes.
const NEAR: usize = 8;

/// A value, where it stands in the line, and what it is.
pub(super) type Told<'t> = (&'t str, usize, String);

/// What a word says that holds a credential, or the word after it does.
pub(super) fn at<'t>(tokens: &[Token<'t>], index: usize) -> Option<Told<'t>> {
    let token = tokens.get(index)?;
    set(tokens, index)
        .or_else(|| netrc(tokens, index))
        .or_else(|| of_user(tokens, index))
        .or_else(|| in_flag(tokens, token))
        .or_else(|| printed(tokens, index))
        .or_else(|| of_tool(tokens, index))
        .or_else(|| in_connection(token))
        .or_else(|| of_sonar(token))
        .filter(|(value, ..)| weigh(unquoted(value).0).is_some())
}

/// Whether a word stands at the beginning of a command, where its tool is named.
fn begins_with(tokens: &[Token<'_>], names: &[&str]) -> bool {
    tokens.iter().take(NEAR).any(|token| names.contains(&token.text))
}

/// Whether a flag of the command takes the names of secrets that are kept elsewhere: `gcloud … --set-secrets=PASSWORD=name:3`.
pub(super) fn names_secrets(tokens: &[Token<'_>], flag: &str) -> bool {
    let by_name = ["gcloud", "docker", "podman", "nerdctl", "buildah"];
    flag.starts_with("--") && flag.contains("secret") && begins_with(tokens, &by_name)
}

/// `aws configure set aws_secret_access_key …`, `npm config set //registry.npmjs.org/:_authToken …`
fn set<'t>(tokens: &[Token<'t>], index: usize) -> Option<Told<'t>> {
    let (name, value) = (tokens.get(index)?, tokens.get(index + 1)?);
    let (name, _) = unquoted(name.text);
    if name.starts_with('-')
        || name.contains('=')
        || value.text.starts_with('-')
        || !(is_secret_name(name) || is_npmrc(name))
    {
        return None;
    }
    let sets = |pair: &[Token<'_>]| matches!(pair, [one, two] if matches!(one.text, "config" | "configure") && two.text == "set");
    let before = tokens.get(index.saturating_sub(NEAR)..index)?;
    before.windows(2).any(sets).then(|| (value.text, value.start, format!("the value of `{name}`")))
}

/// `machine api.example login me password …`, also with `\n` between.
fn netrc<'t>(tokens: &[Token<'t>], index: usize) -> Option<Told<'t>> {
    if !tokens.get(index)?.text.ends_with("password") {
        return None;
    }
    let value = tokens.get(index + 1)?;
    let line = tokens.get(index.saturating_sub(NEAR)..=index)?;
    let words: Vec<&str> = line.iter().flat_map(|token| unquoted(token.text).0.split("\\n")).collect();
    let is_line = matches!(
        words.as_slice(),
        [.., "machine", _, "login", _, "password"] | [.., "default", "login", _, "password"]
    );
    is_line.then(|| (value.text, value.start, "a password of `.netrc`".to_owned()))
}

/// Flags of skopeo, podman and buildah with a user and a password.
const CREDS: [&str; 3] = ["--creds", "--src-creds", "--dest-creds"];

/// `curl -u me:…`, `lftp -u me,…`, `skopeo copy --src-creds me:…`
fn of_user<'t>(tokens: &[Token<'t>], index: usize) -> Option<Told<'t>> {
    let names_user = |token: &&Token<'_>| {
        token.text.starts_with("-u")
            || token.text.starts_with("--user")
            || CREDS.iter().any(|flag| token.text.starts_with(flag))
    };
    let token = tokens.get(index).filter(names_user)?;
    let between = if token.text.contains("creds") || begins_with(tokens, &["curl", "wget", "http"]) {
        ':'
    } else if begins_with(tokens, &["lftp", "open"]) {
        ','
    } else {
        return None;
    };
    let (text, start, flag) = match token.text {
        "-u" | "--user" | "--creds" | "--src-creds" | "--dest-creds" => {
            (tokens.get(index + 1)?.text, tokens.get(index + 1)?.start, token.text)
        }
        glued => {
            let flag = ["--user=", "--creds=", "--src-creds=", "--dest-creds=", "-u"]
                .into_iter()
                .find(|flag| glued.starts_with(flag))?;
            (glued.get(flag.len()..)?, token.start + flag.len(), flag.trim_end_matches('='))
        }
    };
    let (inner, offset) = unquoted(text);
    let (user, password) = inner.split_once(between)?;
    Some((password, start + offset + user.len() + 1, format!("a password behind `{flag}`")))
}

/// `-var="db_password=…"`, `--from-literal=password=…`
fn in_flag<'t>(tokens: &[Token<'t>], token: &Token<'t>) -> Option<Told<'t>> {
    let (flag, pair) = token.text.split_once('=').filter(|(flag, _)| flag.starts_with('-'))?;
    let (inner, offset) = unquoted(pair);
    let (name, value) = inner.split_once('=').filter(|_| !names_secrets(tokens, flag))?;
    let start = token.start + flag.len() + 1 + offset + name.len() + 1;
    (is_assignment(name) && is_secret_name(name)).then(|| (value, start, format!("the value of `{name}`")))
}

/// Tools with the flags whose value is a credential to them: to other tools the same flag is a port or a path.
const OF_TOOLS: [(&[&str], &[&str]); 13] = [
    (&["keytool", "jarsigner"], &["-storepass", "-keypass"]),
    (&["sqlcmd", "bcp", "zip", "unzip"], &["-P"]),
    (&["mongosh", "mongo", "mongodump", "mongorestore", "mongoimport"], &["-p"]),
    (&["nuget"], &["-k", "-p", "-password", "-Password", "-ApiKey"]),
    (&["ftp", "git-ftp"], &["-p", "--passwd"]),
    (&["twine"], &["-p"]),
    (&["wp"], &["--dbpass", "--admin_password"]),
    (&["drush"], &["--account-pass", "--db-su-pw"]),
    (&["secretsmanager"], &["--secret-string"]),
    (&["openssl"], &["-k", "-pass"]),
    (&["snyk"], &["auth"]),
    (&["az"], &["--account-key", "--admin-password", "--sas-token"]),
    (&["openssl", "apksigner"], &["-passin", "-passout", "--ks-pass", "--key-pass"]),
];

/// `sqlcmd -P …`, `dotnet nuget push -k …`, `openssl -passin pass:…`, `composer config http-basic.HOST user …`
fn of_tool<'t>(tokens: &[Token<'t>], index: usize) -> Option<Told<'t>> {
    let token = tokens.get(index)?;
    if token.text.starts_with("http-basic.") {
        let value = tokens.get(index + 2).filter(|_| begins_with(tokens, &["config"]))?;
        return Some((value.text, value.start, "a password of `http-basic`".to_owned()));
    }
    let (flag, glued) = token.text.split_once('=').map_or((token.text, None), |(flag, value)| (flag, Some(value)));
    let is_tool = |names: &[&str]| {
        let called = |token: &Token<'_>| token.text.rsplit('/').next().is_some_and(|name| names.contains(&name));
        tokens.iter().take(index.min(NEAR)).any(called)
    };
    OF_TOOLS.iter().find(|(tools, flags)| flags.contains(&flag) && is_tool(tools))?;
    let (value, start) = match glued {
        Some(value) => (value, token.start + flag.len() + 1),
        None => tokens.get(index + 1).map(|next| (next.text, next.start))?,
    };
    let (value, start) = (unquoted(value).0, start + unquoted(value).1);
    // openssl says where the password stands: `env:NAME` and `file:path` name a place.
    let (value, start) = match value.split_once(':') {
        Some(("pass", password)) => (password, start + "pass:".len()),
        Some(("env" | "file" | "fd", _)) => return None,
        None if matches!(value, "stdin" | "help") => return None,
        _ => (value, start),
    };
    // `docker run --name mongo -p 27017:27017`: ports.
    let is_port = value.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'));
    (!value.starts_with('-') && !is_port).then(|| (value, start, format!("a literal behind `{flag}`")))
}

/// The token of SonarQube, whose old name is that of a login: `-Dsonar.login=…`
fn of_sonar<'t>(token: &Token<'t>) -> Option<Told<'t>> {
    let (name, value) = token.text.split_once('=').filter(|(name, _)| name.ends_with("sonar.login"))?;
    let (inner, offset) = unquoted(value);
    let is_token = inner.len() == 40 && inner.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_token.then(|| (inner, token.start + name.len() + 1 + offset, format!("the value of `{name}`")))
}

/// What each `s` of a script of sed writes: `sed -i 's/DB_PASSWORD=.*/DB_PASSWORD=…/; s/…/…/' .env`
pub(super) fn replaced<'t>(tokens: &[Token<'t>], index: usize) -> Vec<Told<'t>> {
    let scripts =
        |token: &&Token<'_>| token.text.contains(['=', ':']) && begins_with(tokens, &["sed", "gsed"]) && writes(tokens);
    let Some(token) = tokens.get(index).filter(scripts) else { return Vec::new() };
    let (mut script, offset) = unquoted(token.text);
    let mut start = token.start + offset;
    let mut told = Vec::new();
    while let Some((one, length)) = substituted(script, start) {
        told.extend(one);
        let rest = script.get(length..).unwrap_or("");
        let Some(end) = rest.find([';', '\n']) else { break };
        let next = rest.get(end..).unwrap_or("").trim_start_matches([';', '\n', ' ']);
        start += script.len() - next.len();
        script = next;
    }
    told
}

/// Whether sed changes files: what it only prints may be a log from which it takes a credential.
fn writes(tokens: &[Token<'_>]) -> bool {
    tokens.iter().any(|token| shell::is_in_place(token.text))
        || tokens.windows(2).any(|pair| {
            matches!(pair[0].text, ">" | ">>") && !pair[1].text.starts_with("/dev/") && !pair[1].text.ends_with(".log")
        })
}

/// What the `s` writes with which a script begins, and how long the command is without its flags.
fn substituted(script: &str, start: usize) -> Option<(Option<Told<'_>>, usize)> {
    let between = script.strip_prefix('s')?.chars().next().filter(char::is_ascii_punctuation)?;
    let mut parts = script.get(2..)?.split(between);
    let (pattern, written, _) = (parts.next()?, parts.next()?, parts.next()?);
    let begin = 2 + pattern.len() + 1;
    let told = || {
        // What is taken over from the text is no literal, and where a delimiter is escaped the parts are others.
        let literal = !written.contains(['&', '\\']) && !pattern.ends_with('\\');
        let at = written.find(['=', ':']).filter(|_| literal)?;
        let (name, value) = (written.get(..at)?, written.get(at + 1..)?);
        let bare = value.trim_matches([' ', '"', '\'', ';', ',']);
        let word = unquoted(name.trim()).0;
        let start = start + begin + at + 1 + value.find(bare)?;
        (is_secret_name(word) && bare.chars().count() > 1).then(|| (bare, start, format!("the value of `{word}`")))
    };
    Some((told(), begin + written.len() + 1))
}

/// `CONN="Server=db;User Id=sa;Password=…;"`, `AccountName=a;AccountKey=…`
fn in_connection<'t>(token: &Token<'t>) -> Option<Told<'t>> {
    const NAMES: [&str; 4] = ["password=", "pwd=", "accountkey=", "sharedaccesskey="];
    if !token.text.contains(';') {
        return None;
    }
    let lower = token.text.to_ascii_lowercase();
    let begins = |at: &usize| {
        lower.get(..*at).is_some_and(|before| before.is_empty() || before.ends_with([';', '"', '\'', '=']))
    };
    let places = NAMES
        .iter()
        .filter_map(|name| Some((lower.match_indices(name).map(|(at, _)| at).find(|at| begins(at))?, *name)));
    let (at, name) = places.min()?;
    let rest = token.text.get(at + name.len()..)?;
    let value = rest.get(..rest.find([';', '"', '\'']).unwrap_or(rest.len()))?;
    let name = token.text.get(at..at + name.len() - 1)?;
    Some((value, token.start + at + name.len() + 1, format!("the value of `{name}`")))
}

/// `export DB_PASSWORD=$(echo … | base64 -d)`, also in quotes, where it is one word.
fn printed<'t>(tokens: &[Token<'t>], index: usize) -> Option<Told<'t>> {
    let token = tokens.get(index).filter(|token| token.text.contains('$'))?;
    let (name, quoted) = match token.text.split_once("=\"$(") {
        Some((name, quoted)) => (name, Some(quoted)),
        None => (token.text.strip_suffix("=$")?, None),
    };
    if !is_secret_name(name) {
        return None;
    }
    let value = match quoted {
        Some(quoted) => {
            let start = token.text.len() - quoted.len();
            let mut words = quoted.split([' ', ')']).scan(start, |at, word| {
                let begin = *at;
                *at += word.len() + 1;
                Some((word, token.start + begin))
            });
            words.next().filter(|(word, _)| *word == "echo")?;
            words.find(|(word, _)| !word.starts_with('-'))
        }
        None => {
            let mut words = tokens.get(index + 1..)?.iter();
            words.next().filter(|word| word.text == "echo")?;
            words.find(|word| !word.text.starts_with('-')).map(|word| (word.text, word.start))
        }
    };
    value.map(|(value, start)| (value, start, format!("the value of `{name}`")))
}

#[cfg(test)]
mod tests {
    use super::super::secret_commands::in_commands;

    fn found(text: &str) -> Vec<String> {
        in_commands(text).iter().map(|hit| text[hit.span.start..hit.span.end].to_owned()).collect()
    }

    #[test]
    fn a_place_of_a_command_holds_a_credential() {
        for told in [
            "aws configure set aws_secret_access_key k9-Zt41",
            "aws --profile ci configure set profile.ci.aws_secret_access_key 'k9-Zt41' --region x",
            "npm config set //npm.example/:_authToken k9-Zt41",
            "echo \"machine api.example login me password k9-Zt41\" > ~/.netrc",
            "machine api.example login me password k9-Zt41",
            "echo default login me password k9-Zt41 >> ~/.netrc",
            "printf 'machine api.example\\nlogin me\\npassword k9-Zt41\\n' > ~/.netrc",
            "curl -u me:k9-Zt41 u",
            "skopeo copy --src-creds=me:k9-Zt41 --dest-creds $U:$P docker://a docker://b",
            "/opt/mssql-tools/bin/sqlcmd -S db -U sa -P k9-Zt41 -Q 'select 1'",
            "dotnet nuget push a.nupkg -k k9-Zt41",
            "git ftp push -u me -p k9-Zt41 ftp://h",
            "keytool -genkey -storepass k9-Zt41",
            "openssl rsa -in k -passin pass:k9-Zt41",
            "openssl enc -d -aes-256-cbc -in a -out b -k k9-Zt41",
            "openssl enc -d -in a -out b -pass pass:k9-Zt41",
            "openssl enc -d -in a -out b -pass \"pass:k9-Zt41\"",
            "7z x -pk9-Zt41 a.7z",
            "zip -r -P k9-Zt41 a.zip b",
            "unzip -P 'k9-Zt41' a.zip",
            "snyk auth k9-Zt41",
            "echo _auth=k9-Zt41 >> ~/.npmrc",
            "echo '//npm.example/:_auth=k9-Zt41' >> ~/.npmrc",
            "npm config set _auth k9-Zt41",
            "export MYSQL_PWD=k9-Zt41",
            "RESTIC_PASSWORD=k9-Zt41 restic backup a",
            "sed -i 's/DB_PASSWORD=.*/DB_PASSWORD=k9-Zt41/' .env",
            "sed -i -e \"s|api_key: .*|api_key: k9-Zt41|g\" a.yml",
            "wp config create --dbpass=k9-Zt41",
            "aws secretsmanager create-secret --name s --secret-string k9-Zt41",
            "composer config http-basic.repo.example.com me k9-Zt41",
            "export DB=\"Server=db;Database=app;User Id=sa;Password=k9-Zt41;\"",
            "export CONN='DefaultEndpointsProtocol=https;AccountName=acme;AccountKey=k9-Zt41'",
            "mvn sonar:sonar -Dsonar.token=k9-Zt41",
            "SSHPASS=k9-Zt41 sshpass -e ssh u@h",
            "curl -H 'Authorization: token k9-Zt41' u",
            "curl --user='me:k9-Zt41' u",
            "curl -ume:k9-Zt41 u",
            "lftp -u me,k9-Zt41 sftp://h",
            "lftp -c \"open -u me,k9-Zt41 sftp://h; mirror -R a b\"",
            "terraform apply -var=\"db_password=k9-Zt41\"",
            "terraform apply -var='db_password=k9-Zt41' -target=x",
            "terraform apply -var db_password=k9-Zt41",
            "docker build --build-arg=NPM_TOKEN=k9-Zt41 .",
            "kubectl create secret generic a --from-literal=password='k9-Zt41'",
            "export DB_PASSWORD=$(echo -n k9-Zt41 | base64 -d)",
            "export DB_PASSWORD=\"$(echo k9-Zt41 | base64 -d)\"",
        ] {
            assert_eq!(found(told), ["k9-Zt41"], "{told}");
        }
    }

    #[test]
    fn a_login_may_be_a_token() {
        assert_eq!(found("sonar-scanner -Dsonar.login=0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c").len(), 1);
    }

    #[test]
    fn what_sed_writes_hides_nothing_else() {
        let url = "sed -i \"s/A_TOKEN=.*/A_TOKEN=$X/; s#url=.*#url=https://x.example/?api_key=k9-Zt41Zt#\" f";
        assert!(found(url).iter().any(|value| value.starts_with("k9-Zt41Zt")));
        let two = "sed -i 's/A_TOKEN=.*/A_TOKEN=k8-Zt41/g; s/B_PASSWORD=.*/B_PASSWORD=k9-Zt41/' f";
        assert_eq!(found(two), ["k8-Zt41", "k9-Zt41"]);
    }

    #[test]
    fn names_and_references_are_no_credentials() {
        for told in [
            "sqlcmd -S db -U sa -P \"$SA_PASSWORD\" -Q 'select 1'",
            "dotnet nuget push a.nupkg -k $NUGET_KEY",
            "dotnet publish -p:Version=1.2.3 -k",
            "openssl rsa -in k -passin env:KEY_PASS",
            "openssl rsa -in k -passin file:key.txt",
            "openssl enc -d -in a -out b -k \"$KEY\" -pass env:KEY",
            "openssl enc -d -in a -out b -pass stdin",
            "openssl enc -d -in a -out b -pass \"env:KEY\"",
            "openssl enc -d -in a -out b -pass 'file:x'",
            "7z x -p$ARCHIVE_PASSWORD a.7z",
            "7z x -p a.7z",
            "mkdir -pv rar",
            "cp -pr rar out",
            "docker run 7z -p8080:80 x",
            "unrar x -p- a.rar",
            "env | sed s/DB_PASSWORD=.*/DB_PASSWORD=hidden/",
            "unzip -P \"$ZIP_PASSWORD\" a.zip",
            "snyk auth $SNYK_TOKEN",
            "snyk auth --help",
            "echo \"_auth=$NPM_AUTH\" >> ~/.npmrc",
            "echo always-auth=true >> ~/.npmrc",
            "export MYSQL_PWD=$MYSQL_ROOT_PASSWORD",
            "sed -i \"s/DB_PASSWORD=.*/DB_PASSWORD=$DB_PASSWORD/\" .env",
            "sed -i 's/^\\(DB_PASSWORD=\\).*/DB_PASSWORD=\\1/' .env",
            "sed -i 's/password=.*//' .env",
            "docker run -p 8080:80 mongo",
            "docker run --name mongo -p 127.0.0.1:27017:27017 mongo:6",
            "composer config http-basic.repo.example.com me $TOKEN",
            "export DB=\"Server=db;Password=$DB_PASSWORD;\"",
            "sonar-scanner -Dsonar.login=$SONAR_TOKEN",
            "sonar-scanner -Dsonar.login=someone",
            "gcloud secrets versions access latest --secret=db-password",
            "gcloud secrets versions access latest --secret db-password",
            "gcloud run services update app --update-secrets=DB_PASSWORD=db-password:3",
            "gcloud run deploy app --set-secrets DB_PASSWORD=db-password:3",
            "docker service create --secret db-password app",
            "docker build --secret id=npm,env=NPM_TOKEN .",
            "az webapp config appsettings set --settings \"DB_PASSWORD=@Microsoft.KeyVault(SecretUri=https://kv.example/s/p/)\"",
            "az containerapp update --set-env-vars DB_PASSWORD=secretref:db-password",
            "aws configure set aws_secret_access_key $AWS_SECRET_ACCESS_KEY",
            "aws configure set aws_secret_access_key --profile x",
            "aws configure set region eu-west-1",
            "echo \"machine api.example login $U password $P\" > ~/.netrc",
            "curl -u \"$U:$P\" u",
            "curl -u $U: u",
            "lftp -u $U,$P sftp://h",
            "terraform apply -var=\"db_password=$DB_PASSWORD\" -var=\"secret_name=a\"",
            "export DB_PASSWORD=$(echo $ENCODED | base64 -d)",
            "export DB_PASSWORD=$(vault read x)",
            "sort -u user,password.csv",
            "echo \"the machine asks for login and password twice\"",
            "vault write secret/db password=@password.txt",
        ] {
            assert_eq!(found(told), [""; 0], "{told}");
        }
    }
}
