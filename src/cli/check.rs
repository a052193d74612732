//! `pipewright check`: the findings of files.

use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::args::{Check, Format, Global};
use super::choice::{Choice, Outcome};
use super::config::{Configuration, Overrides};
use super::files::{self, Input, STDIN};
use super::plan::root;
use super::settings_file::{REPOSITORY_FILE, SettingsFile};
use super::{CliError, Exit, World, rules};
use crate::check::{Checked, Checker};
use crate::finding::{Allowed, Finding, Layer, RuleMeta, Verdict};
use crate::pipeline::{File, INCLUDED};
use crate::report::{self, FileReport, Look, Report, Unreadable, visible};
use crate::settings::{self, DEFAULT_FILE};
use crate::yaml::{Document, Span};

/// One file after its check.
struct CheckedFile {
    name: String,
    document: Document,
    findings: Vec<Finding>,
    verdict: Verdict,
    skipped: Vec<(Layer, String)>,
    allowed: Vec<Allowed>,
    /// Where credentials stand, also when nobody asked for their findings.
    secrets: Vec<Span>,
    /// Whether it is a settings file.
    settings: bool,
}

/// Checks the files that the arguments mean, and writes the report.
pub(super) fn run(arguments: &Check, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let named = arguments.stdin_filename.as_deref();
    if named.is_some() && !arguments.files.iter().any(|file| file.as_os_str() == "-") {
        let error = CliError::usage("`--stdin-filename` names standard input, and that is not checked");
        return Err(error.hint("name `-` as the file"));
    }
    let over = Overrides {
        main_branch: arguments.policy.main_branch.clone(),
        beside: named.map(|path| files::plain(&root(path, &world.directory))),
        reports: true,
        ..Overrides::default()
    };
    let mut configuration = Configuration::load(global, over, world)?;
    let choice = Choice::new(arguments, &mut configuration.settings)?;
    let files = match arguments.files.as_slice() {
        [] => vec![configuration.file_path(&world.directory)],
        files => files.to_vec(),
    };
    let mut places = files::places(&files, &world.directory);
    if arguments.files.is_empty() {
        files::keep_within(&configuration.file_folder(&world.directory), &world.directory, &mut places);
    }
    let checker = configuration.checker()?;
    let rules = [choice.rules(&checker), choice.rules_of_settings()];
    let for_settings = |path: &Path| is_settings(named.filter(|_| path.as_os_str() == "-").unwrap_or(path));
    let of_settings = places.iter().flatten().any(|path| for_settings(path)) || configuration.doubtful.is_some();
    if rules[0].is_empty() && (rules[1].is_empty() || !of_settings) {
        return Err(choice.nothing_left());
    }
    // A pipeline file of which nothing is asked is neither accepted nor refused.
    let settings_alone = rules[0].is_empty();
    places.retain(|place| !settings_alone || place.as_ref().map_or(true, |path| for_settings(path)));
    let mut checked = check_all(places, named, &checker, world);
    let place = |file: &CheckedFile| files::plain(&world.directory.join(&file.name));
    let known = |file: &CheckedFile| checked.iter().flatten().any(|other| place(other) == place(file));
    let doubtful = configuration.doubtful.take().map(CheckedFile::of_settings).filter(|file| !known(file));
    let asked = !rules[1].is_empty();
    checked.extend(doubtful.filter(|file| asked && (settings_alone || !file.findings.is_empty())).map(Ok));

    let (mut files, mut unreadable) = (Vec::new(), Vec::new());
    let (mut exit, mut hidden) = (Exit::Fine, 0);
    for file in checked {
        match file {
            Ok(mut file) => {
                let (own, hides) = choice.apply(file.outcome());
                exit = exit.max(own);
                hidden += hides;
                files.push(file);
            }
            Err(file) => unreadable.push(file),
        }
    }
    for file in &unreadable {
        let hint = if arguments.files.is_empty() { self::hint(&file.path, &world.directory) } else { String::new() };
        writeln!(world.err, "error: {}: {}{hint}", visible(&file.path), visible(&file.reason))?;
        exit = Exit::Undone;
    }
    for file in &files {
        if let Some(told) = files::misnamed(Path::new(&file.name)) {
            writeln!(world.err, "warning: {}: {told}", visible(&file.name))?;
        }
    }
    if matches!(arguments.format, Format::Sarif | Format::CodeInsights | Format::Github) {
        let names = files.iter_mut().map(|file| &mut file.name);
        for name in names.chain(unreadable.iter_mut().map(|file| &mut file.path)).filter(|name| *name != STDIN) {
            *name = files::from_top(name, &world.directory);
        }
    }
    let report = Report {
        files: files.iter().map(|file| file.report(&rules[usize::from(file.settings)])).collect(),
        unreadable,
        rules: rules.concat(),
        fail_on: arguments.fail_on.0,
        hidden,
        links: configuration.links(world),
        settings: configuration.settings.clone(),
    };
    write(arguments.format, &report, configuration.look(world), world.out)?;
    Ok(exit)
}

/// What to do where the file that nobody named can't be checked.
fn hint(path: &str, directory: &Path) -> String {
    let above = files::top_from(directory).map(|top| top.join(path)).filter(|_| !directory.join(path).exists());
    match above.filter(|above| directory.join(above).is_file()) {
        Some(above) => format!("; the one at the top of the repository is {}: name it", above.display()),
        None if directory.join(path).exists() => String::new(),
        None if let Some(near) = files::beside(&directory.join(path)) => {
            format!("; `{}` is, and {}", visible(&near), files::MISNAMED)
        }
        None => "; name the files to check".to_owned(),
    }
}

/// Reads and checks all places, several at once; the order stays.
fn check_all(
    places: Vec<Result<PathBuf, Input>>,
    named: Option<&Path>,
    checker: &Checker,
    world: &mut World<'_>,
) -> Vec<Result<CheckedFile, Unreadable>> {
    // Standard input is one stream: it is read here, before the threads start.
    let stdin = places.iter().flatten().any(|path| path.as_os_str() == "-").then(|| files::standard_input(world));
    let directory = &world.directory;
    let stdin_name = named.map_or_else(|| STDIN.to_owned(), |path| path.display().to_string());
    let one = |place: &Result<PathBuf, Input>| {
        let (name, text) = match (place, &stdin) {
            (Ok(path), Some(stdin)) if path.as_os_str() == "-" => (stdin_name.clone(), stdin.text.clone()),
            (Ok(path), _) => (path.display().to_string(), files::read(&directory.join(path))),
            (Err(input), _) => (input.name.clone(), input.text.clone()),
        };
        match text {
            Ok(text) => {
                let path = place.as_ref().map_or(Path::new("-"), PathBuf::as_path);
                let path = named.filter(|_| path.as_os_str() == "-").unwrap_or(path);
                Ok(check(name, text, &checker.clone().with_files(&root(path, directory))))
            }
            Err(reason) => Err(Unreadable { path: name, reason }),
        }
    };
    // A pool of threads costs more than one file.
    if places.len() == 1 {
        return places.iter().map(one).collect();
    }
    // This thread would only wait. Where there is a pool already, it is used as it is.
    drop(rayon::ThreadPoolBuilder::new().use_current_thread().build_global());
    places.par_iter().map(one).collect()
}

fn check(name: String, text: String, checker: &Checker) -> CheckedFile {
    if is_settings(Path::new(&name)) {
        let document = Document::read(text);
        let (_, findings) = settings::read(&document, &rules::ids());
        return CheckedFile::of_settings(SettingsFile { shown: name, document, findings });
    }
    let document = Document::read(text);
    // A file of another name that may be included runs nothing itself: others import what it defines.
    let file = Path::new(&name).file_name().and_then(|name| name.to_str());
    let other = file.is_some_and(|file| file.ends_with(INCLUDED) && file != DEFAULT_FILE);
    let shared = other && name != STDIN && File::new(&document).is_some_and(|file| file.only_shares());
    let checked =
        if shared { checker.clone().of_shared().check_document(document) } else { checker.check_document(document) };
    // A line is shown for a finding alone. What is allowed or switched off is masked there all the same.
    let masks = match checked.findings.is_empty() {
        true => Vec::new(),
        false => checked.credentials().masks(checked.document.text()),
    };
    let Checked { document, findings, verdict, skipped, allowed, .. } = checked;
    let secret = |finding: &&Finding| finding.rule == "no-inline-secret";
    let told = findings.iter().filter(secret).map(|finding| finding.span);
    let secrets = told.filter(|span| report::is_value(&document, *span)).chain(masks).collect();
    CheckedFile { name, document, findings, verdict, skipped, allowed, secrets, settings: false }
}

fn is_settings(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name == REPOSITORY_FILE)
}

impl CheckedFile {
    fn of_settings(file: SettingsFile) -> Self {
        let SettingsFile { shown: name, document, findings } = file;
        let verdict = Verdict::of(&findings, true);
        let (skipped, allowed, secrets) = Default::default();
        Self { name, document, findings, verdict, skipped, allowed, secrets, settings: true }
    }

    fn outcome(&mut self) -> Outcome<'_> {
        Outcome { findings: &mut self.findings, skipped: &mut self.skipped, verdict: &mut self.verdict }
    }

    fn report<'f>(&'f self, rules: &'f [&'static RuleMeta]) -> FileReport<'f> {
        FileReport {
            path: &self.name,
            document: &self.document,
            findings: &self.findings,
            verdict: self.verdict,
            skipped: &self.skipped,
            allowed: &self.allowed,
            secrets: &self.secrets,
            rules,
        }
    }
}

fn write(format: Format, report: &Report<'_>, look: Look, out: &mut dyn Write) -> std::io::Result<()> {
    match format {
        Format::Human => report::human(report, look, out),
        Format::Json => report::json(report, out),
        Format::Sarif => report::sarif(report, out),
        Format::Junit => report::junit(report, out),
        Format::CodeInsights => report::code_insights(report, out),
        Format::Github => report::github(report, out),
        Format::Short => report::short(report, out),
    }
}
