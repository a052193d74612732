//! Brings the catalogue from YAML, in which people write it, to JSON, which is read ten times as fast at every start.

use std::error::Error;
use std::path::PathBuf;

fn main() -> Result<(), Box<dyn Error>> {
    let source = "src/effect/catalogue.yaml";
    println!("cargo::rerun-if-changed={source}");
    println!("cargo::rerun-if-changed=build.rs");
    let value: serde_json::Value = serde_yaml::from_str(&std::fs::read_to_string(source)?)?;
    let target = PathBuf::from(std::env::var("OUT_DIR")?).join("catalogue.json");
    std::fs::write(target, serde_json::to_string(&value)?)?;
    Ok(())
}
