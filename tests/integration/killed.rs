//! The program is killed at any moment: the session has all but the line in flight, the file is old or new.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use pipewright::session;

/// How often it is killed. `PIPEWRIGHT_KILLS=400 cargo test killed` tries harder.
fn kills() -> u32 {
    std::env::var("PIPEWRIGHT_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(25)
}

#[test]
fn a_kill_at_any_moment_loses_at_most_the_line_in_flight() {
    const OLD: &str = "old: 1\n";
    let folder = tempfile::tempdir().expect("a folder");
    let (record, output) = (folder.path().join("r.jsonl"), folder.path().join("out.yml"));
    let start = || {
        let _ = std::fs::remove_file(&record);
        std::fs::write(&output, OLD).expect("an old file");
        let mut command = Command::new(env!("CARGO_BIN_EXE_pipewright"));
        command.args(["replay", "--record", "r.jsonl", "--output", "out.yml"]).current_dir(folder.path());
        command.env_clear().env("HOME", folder.path()).stdout(Stdio::null()).stderr(Stdio::null());
        command.spawn().expect("the program")
    };
    let begun = Instant::now();
    assert!(start().wait().expect("an end").success());
    let whole_time = begun.elapsed();
    let whole = session::open(&record).expect("a session").entries;
    let new = std::fs::read_to_string(&output).expect("a file");
    assert_ne!(new, OLD);

    let (mut seed, mut seen) = (0x2545_f491_u64, [0; 3]);
    for _ in 0..kills() {
        let mut program = start();
        // Any moment of the run, as far as one can be hit.
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let part = u32::try_from(seed >> 48).unwrap_or(0);
        std::thread::sleep(whole_time.mul_f64(f64::from(part) / 65_536.0).max(Duration::from_micros(200)));
        program.kill().expect("a kill");
        program.wait().expect("an end");
        let text = std::fs::read_to_string(&output).expect("a file");
        assert!(text == OLD || text == new, "neither old nor new: {} bytes", text.len());
        let entries = match session::open(&record) {
            Ok(session) => session.entries,
            // Nothing was said yet: no file, or not a whole header.
            Err(_) => Vec::new(),
        };
        assert_eq!(entries, whole[..entries.len()], "what is kept is what was said");
        let lines = std::fs::read(&record).map_or(0, |bytes| bytes.iter().filter(|byte| **byte == b'\n').count());
        assert!(entries.len() + 1 >= lines, "every whole line is read");
        seen[if entries.is_empty() { 0 } else { 1 + usize::from(entries.len() == whole.len()) }] += 1;
    }
    assert_eq!(seen.iter().sum::<u32>(), kills());
    let left = folder.path().read_dir().expect("the folder").filter_map(Result::ok).count();
    assert!(left as u32 <= 2 + kills(), "at most a temporary file a kill stays behind");
}
