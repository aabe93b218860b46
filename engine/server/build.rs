//! Embeds the designer in a finished build; while developing, it only notes the folder to read from.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let manifest = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").expect("cargo sets it"));
    let dist = match env::var_os("HELIU_DESIGNER_DIST") {
        Some(folder) => PathBuf::from(folder),
        None => manifest.join("../../target/designer"),
    };
    // A build without the designer is a valid one: the API works, and `/` says what to do.
    fs::create_dir_all(&dist)?;
    let dist = dist.canonicalize()?;
    let is_embedded = env::var("PROFILE").is_ok_and(|profile| profile == "release");

    let mut files = Vec::new();
    if is_embedded {
        collect(&dist, &dist, &mut files)?;
        println!("cargo::rerun-if-changed={}", dist.display());
    }
    let mut table = String::from("static EMBEDDED: &[(&str, &[u8])] = &[\n");
    for (name, file) in files {
        writeln!(table, "    ({name:?}, include_bytes!({:?})),", file.display().to_string())
            .expect("a string takes all");
    }
    table.push_str("];\n");
    writeln!(
        table,
        "const FOLDER: Option<&str> = {};",
        if is_embedded { "None".to_owned() } else { format!("Some({:?})", dist.display().to_string()) }
    )
    .expect("a string takes all");

    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets it"));
    fs::write(out.join("assets.rs"), table)?;
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-env-changed=HELIU_DESIGNER_DIST");
    Ok(())
}

/// Every file below a folder with its path from there, sorted by that path.
fn collect(root: &Path, folder: &Path, files: &mut Vec<(String, PathBuf)>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Ok(name) = path.strip_prefix(root) {
            files.push((name.to_string_lossy().replace('\\', "/"), path.clone()));
        }
    }
    files.sort();
    Ok(())
}
