use pipewright::{check::Checker, settings::Settings};
fn main() {
    let checker = Checker::new(Settings::default());
    for f in std::env::args().skip(1) {
        let c = checker.check(std::fs::read_to_string(&f).unwrap_or_default());
        println!("{f} {:?} {:?}", c.verdict, c.skipped);
        for x in &c.findings {
            let p = c.document.position(x.span.start);
            println!("  got {}:{} {} {} | {}", p.line, p.column, x.severity.word(), x.rule, x.message);
        }
    }
}
