//! `pipewright check`: the findings of files.

use std::io::Write;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::args::{Check, Format, Global};
use super::config::{Configuration, Overrides, REPOSITORY_FILE};
use super::files::{self, Input, STDIN};
use super::plan::root;
use super::{CliError, Exit, World, rules};
use crate::check::{Checked, Checker};
use crate::finding::{Finding, Layer, RuleMeta, Verdict};
use crate::pipeline::File;
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
    /// Where credentials stand, also when nobody asked for their findings.
    secrets: Vec<Span>,
    /// How many findings are not shown.
    hidden: usize,
}

/// Checks the files that the arguments mean, and writes the report.
pub(super) fn run(arguments: &Check, global: &Global, world: &mut World<'_>) -> Result<Exit, CliError> {
    let over = Overrides { main_branch: arguments.policy.main_branch.clone(), ..Overrides::default() };
    let configuration = Configuration::load(global, over, world)?;
    let choice = Choice::new(arguments)?;
    let named = match arguments.files.as_slice() {
        [] => vec![configuration.file_path(&world.directory)],
        files => files.to_vec(),
    };
    let mut places = files::places(&named, &world.directory);
    if arguments.files.is_empty() {
        files::keep_within(&configuration.file_folder(&world.directory), &world.directory, &mut places);
    }
    let checked = check_all(places, &configuration.checker()?, world);

    let (mut files, mut unreadable) = (Vec::new(), Vec::new());
    let mut exit = Exit::Fine;
    for file in checked {
        match file {
            Ok(mut file) => {
                exit = exit.max(choice.apply(&mut file));
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
        files: files.iter().map(CheckedFile::report).collect(),
        unreadable,
        rules: choice.rules(),
        fail_on: arguments.fail_on.0,
        hidden: files.iter().map(|file| file.hidden).sum(),
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
    checker: &Checker,
    world: &mut World<'_>,
) -> Vec<Result<CheckedFile, Unreadable>> {
    // Standard input is one stream: it is read here, before the threads start.
    let stdin = places.iter().flatten().any(|path| path.as_os_str() == "-").then(|| files::standard_input(world));
    let directory = &world.directory;
    let one = |place: &Result<PathBuf, Input>| {
        let (name, text) = match (place, &stdin) {
            (Ok(path), Some(stdin)) if path.as_os_str() == "-" => (stdin.name.clone(), stdin.text.clone()),
            (Ok(path), _) => (path.display().to_string(), files::read(&directory.join(path))),
            (Err(input), _) => (input.name.clone(), input.text.clone()),
        };
        match text {
            Ok(text) => {
                let path = place.as_ref().map_or(Path::new("-"), PathBuf::as_path);
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
    if Path::new(&name).file_name().is_some_and(|name| name == REPOSITORY_FILE) {
        let document = Document::read(text);
        let (_, findings) = settings::read(&document, &rules::ids());
        let verdict = Verdict::of(&findings, true);
        return CheckedFile { name, document, findings, verdict, skipped: Vec::new(), secrets: Vec::new(), hidden: 0 };
    }
    let document = Document::read(text);
    // A file of another name runs nothing itself: others import what it defines.
    let other = Path::new(&name).file_name().is_some_and(|name| name != DEFAULT_FILE);
    let shared = other && name != STDIN && File::new(&document).is_some_and(|file| file.only_shares());
    let checked =
        if shared { checker.clone().of_shared().check_document(document) } else { checker.check_document(document) };
    // A line is shown for a finding alone. What is allowed or switched off is masked there all the same.
    let masks = if checked.findings.is_empty() { Vec::new() } else { checked.credentials().masks() };
    let Checked { document, findings, verdict, skipped, .. } = checked;
    let secret = |finding: &&Finding| finding.rule == "no-inline-secret";
    let told = findings.iter().filter(secret).map(|finding| finding.span);
    let secrets = told.filter(|span| report::is_value(&document, *span)).chain(masks).collect();
    CheckedFile { name, document, findings, verdict, skipped, secrets, hidden: 0 }
}

impl CheckedFile {
    fn report(&self) -> FileReport<'_> {
        FileReport {
            path: &self.name,
            document: &self.document,
            findings: &self.findings,
            verdict: self.verdict,
            skipped: &self.skipped,
            secrets: &self.secrets,
        }
    }
}

/// What of a check was asked for.
struct Choice<'a> {
    arguments: &'a Check,
    only: Vec<&'static RuleMeta>,
}

impl<'a> Choice<'a> {
    fn new(arguments: &'a Check) -> Result<Self, CliError> {
        let only: Vec<&RuleMeta> = arguments.only.iter().map(|id| rules::find(id)).collect::<Result<_, _>>()?;
        let choice = Self { arguments, only };
        match choice.only.first() {
            Some(first) if choice.rules().is_empty() => {
                let error =
                    format!("no rule is left to check: `{}` is a rule of the layer {}", first.id, first.layer.word());
                Err(CliError::usage(error).hint("leave `--layer` out, or name that layer"))
            }
            _ => Ok(choice),
        }
    }

    fn layer(&self, layer: Layer) -> bool {
        let named = self.arguments.layer.is_empty() || self.arguments.layer.contains(&layer);
        named && (self.only.is_empty() || self.only.iter().any(|meta| meta.layer == layer))
    }

    fn rule(&self, id: &str, layer: Layer) -> bool {
        self.layer(layer) && (self.only.is_empty() || self.only.iter().any(|meta| meta.id == id))
    }

    /// The rules that decide.
    fn rules(&self) -> Vec<&'static RuleMeta> {
        rules::all().into_iter().filter(|meta| self.rule(meta.id, meta.layer)).collect()
    }

    /// Leaves what was asked for in a file, and tells what it comes to.
    fn apply(&self, file: &mut CheckedFile) -> Exit {
        if !self.arguments.layer.is_empty() || !self.only.is_empty() {
            file.findings.retain(|finding| self.rule(finding.rule, finding.layer));
            file.skipped.retain(|(layer, _)| self.layer(*layer));
            file.verdict = Verdict::of(&file.findings, file.skipped.is_empty());
        }
        let fails = |least| file.findings.iter().any(|finding| finding.severity >= least);
        let exit = match file.verdict {
            Verdict::Incomplete => Exit::Undone,
            _ if self.arguments.fail_on.0.is_some_and(fails) => Exit::Found,
            _ => Exit::Fine,
        };
        let all = file.findings.len();
        file.findings.retain(|finding| finding.severity >= self.arguments.severity);
        file.hidden = all - file.findings.len();
        exit
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
