//! `bundle`: a .deb of the app and `pilot`, laid out here and packed by Debian's own dpkg-deb.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::house::House;
use crate::process;
use crate::run;
use crate::setup::{self, WASM};
use crate::steps::{Steps, say};

/// Loaded while running and so not seen by dpkg-shlibdeps: the icon in the tray.
const LOADED_LATER: &str = "libayatana-appindicator3-1";

const PROGRAMS: [&str; 2] = ["pilothouse", "pilot"];

const COPYRIGHT: &str = "Pilothouse is free software, under the MIT licence (LICENSE-MIT) or the Apache License 2.0
(LICENSE-APACHE, and /usr/share/common-licenses/Apache-2.0), as you prefer.

Built into it are the fonts Inter (inter-LICENSE.txt) and JetBrains Mono (jetbrains-mono-LICENSE.txt), under the
SIL Open Font License 1.1, and the Rust libraries listed in the file libraries, each with its own licence. Those
under the Mozilla Public License 2.0 are used unchanged; their source is at https://crates.io.
";

const DESKTOP: &str = "[Desktop Entry]
Type=Application
Name=Pilothouse
GenericName=Control plane for AI agents
Comment=One native window for every AI agent on every gateway
Exec=pilothouse
Icon=pilothouse
Terminal=false
Categories=Development;Utility;
Keywords=AI;agents;gateway;chat;
StartupWMClass=pilothouse
StartupNotify=true
";

/// `cargo xtask bundle`.
pub fn deb(house: &House) -> Result<()> {
    setup::to_pack()?;
    let mut steps = Steps::of(4);
    run::programs(house, &mut steps, "release")?;
    steps.next("packing the .deb");
    let version = env!("CARGO_PKG_VERSION");
    let architecture = process::output(Command::new("dpkg").arg("--print-architecture"))
        .context("dpkg packs the .deb, and is not here")?;
    let name = format!("pilothouse_{version}_{}", architecture.trim());
    let (stage, package) = (house.target.join("bundle").join(&name), house.target.join(format!("bundle/{name}.deb")));
    if stage.exists() {
        fs::remove_dir_all(&stage)?;
    }
    lay_out(house, &stage)?;
    let control = control(version, architecture.trim(), kibibytes(&stage)?, &depends(&stage)?);
    write(&stage.join("DEBIAN/control"), control)?;
    open_to_all(&stage)?;
    let mut pack = Command::new("dpkg-deb");
    process::run(pack.args(["--root-owner-group", "-Zxz", "--build"]).arg(&stage).arg(&package))?;
    say(format!("{:.1} MiB; install it with: sudo apt-get install {}", mebibytes(&package)?, package.display()));
    Ok(())
}

fn lay_out(house: &House, stage: &Path) -> Result<()> {
    for program in PROGRAMS {
        put(&house.binary("release", program), &stage.join("usr/bin").join(program), 0o755)?;
    }
    let icons = house.root.join("icons");
    for (file, size) in
        [("32x32.png", "32x32"), ("128x128.png", "128x128"), ("128x128@2x.png", "256x256"), ("icon.png", "512x512")]
    {
        let place = stage.join(format!("usr/share/icons/hicolor/{size}/apps/pilothouse.png"));
        put(&icons.join(file), &place, 0o644)?;
    }
    put(&icons.join("icon.svg"), &stage.join("usr/share/icons/hicolor/scalable/apps/pilothouse.svg"), 0o644)?;
    write(&stage.join("usr/share/applications/pilothouse.desktop"), DESKTOP)?;
    licences(house, &stage.join("usr/share/doc/pilothouse"))?;
    completions(house, stage)
}

/// Ours, those of the fonts that are built in, and of every library that is.
fn licences(house: &House, doc: &Path) -> Result<()> {
    write(&doc.join("copyright"), COPYRIGHT)?;
    for file in ["LICENSE-MIT", "LICENSE-APACHE", "CHANGELOG.md"] {
        put(&house.root.join(file), &doc.join(file), 0o644)?;
    }
    for font in ["inter-LICENSE.txt", "jetbrains-mono-LICENSE.txt"] {
        put(&house.root.join("ui/assets/fonts").join(font), &doc.join(font), 0o644)?;
    }
    let mut libraries = BTreeSet::new();
    for part in [["--package", "pilothouse", "--package", "pilot"], ["--package", "ui", "--target", WASM]] {
        let mut tree = house.cargo();
        tree.args(["tree", "--locked", "--edges", "normal", "--prefix", "none", "--format", "{p}  {l}"]).args(part);
        libraries.extend(process::output(&mut tree)?.lines().filter(|line| !ours(line)).map(str::to_owned));
    }
    let lines: Vec<String> = libraries.into_iter().collect();
    write(&doc.join("libraries"), lines.join("\n") + "\n")
}

/// A line of `cargo tree` that names a crate of this tree, by its folder, or repeats another.
fn ours(line: &str) -> bool {
    line.contains(" (/") || line.ends_with("(*)") || line.trim().is_empty()
}

/// The packages whose libraries the programs load, as Debian's own tool reads them from the programs.
fn depends(stage: &Path) -> Result<String> {
    let scratch = tempfile::tempdir()?;
    // It wants a source package around it, and reads nothing else of it.
    write(&scratch.path().join("debian/control"), "Source: pilothouse\n\nPackage: pilothouse\nArchitecture: any\n")?;
    let mut ask = Command::new("dpkg-shlibdeps");
    ask.current_dir(&scratch).arg("-O").args(PROGRAMS.map(|program| stage.join("usr/bin").join(program)));
    let answer = process::output(&mut ask)?;
    let found = answer.lines().find_map(|line| line.strip_prefix("shlibs:Depends="));
    Ok(format!("{}, {LOADED_LATER}", found.context("dpkg-shlibdeps found no package")?))
}

/// `pilot` writes its own completions, so they are those of this very build.
fn completions(house: &House, stage: &Path) -> Result<()> {
    let pilot = house.binary("release", "pilot");
    for (shell, file) in [
        ("bash", "usr/share/bash-completion/completions/pilot"),
        ("zsh", "usr/share/zsh/vendor-completions/_pilot"),
        ("fish", "usr/share/fish/vendor_completions.d/pilot.fish"),
    ] {
        let script = process::output(Command::new(&pilot).args(["completions", shell]))?;
        write(&stage.join(file), script)?;
    }
    Ok(())
}

fn put(from: &Path, to: &Path, mode: u32) -> Result<()> {
    fs::create_dir_all(folder(to)?)?;
    fs::copy(from, to).with_context(|| format!("{} is missing", from.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(())
}

fn write(to: &Path, text: impl AsRef<[u8]>) -> Result<()> {
    fs::create_dir_all(folder(to)?)?;
    fs::write(to, text)?;
    Ok(fs::set_permissions(to, fs::Permissions::from_mode(0o644))?)
}

/// Whatever the person's umask is, an installed folder can be entered by everyone.
fn open_to_all(stage: &Path) -> Result<()> {
    for entry in walkdir::WalkDir::new(stage) {
        let entry = entry?;
        if entry.file_type().is_dir() {
            fs::set_permissions(entry.path(), fs::Permissions::from_mode(0o755))?;
        }
    }
    Ok(())
}

fn mebibytes(file: &Path) -> Result<f64> {
    Ok(fs::metadata(file)?.len() as f64 / 1_048_576.0)
}

fn folder(file: &Path) -> Result<PathBuf> {
    file.parent().map(Path::to_path_buf).context("a file stands in a folder")
}

fn kibibytes(stage: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in walkdir::WalkDir::new(stage) {
        bytes += entry?.metadata()?.len();
    }
    Ok(bytes.div_ceil(1024))
}

fn control(version: &str, architecture: &str, kibibytes: u64, depends: &str) -> String {
    format!(
        "Package: pilothouse\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: Pilothouse <pilothouse@localhost>\n\
         Installed-Size: {kibibytes}\nDepends: {depends}\nRecommends: gnome-keyring | kwalletmanager, xdg-utils\nSection: devel\n\
         Priority: optional\nDescription: one native window for every AI agent on every gateway\n \
         See, talk to and steer the agents of many gateways in one window, or from a\n terminal with pilot. \
         An embedded gateway is there on first start.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_control_file_has_one_field_a_line_and_ends_in_a_newline() {
        let text = control("0.1.0", "amd64", 12, "libc6 (>= 2.36)");
        assert!(text.ends_with('\n'));
        for field in [
            "Package: pilothouse",
            "Version: 0.1.0",
            "Architecture: amd64",
            "Installed-Size: 12",
            "Depends: libc6 (>= 2.36)",
        ] {
            assert!(text.lines().any(|line| line == field), "{field} in\n{text}");
        }
        let folded = |line: &str| line.starts_with(' ') || line.contains(": ");
        assert!(text.lines().all(folded), "{text}");
    }

    #[test]
    fn the_list_of_libraries_leaves_our_own_crates_out() {
        assert!(ours("contract v0.1.0 (/home/someone/pilothouse/crates/contract)  MIT OR Apache-2.0"));
        assert!(ours("serde v1.0.229  MIT OR Apache-2.0 (*)"));
        assert!(!ours("serde_derive v1.0.229 (proc-macro)  MIT OR Apache-2.0"));
    }

    #[test]
    fn what_is_put_is_there_with_its_mode() {
        let stage = tempfile::tempdir().unwrap();
        let from = stage.path().join("a");
        fs::write(&from, "x").unwrap();
        let to = stage.path().join("usr/bin/a");
        put(&from, &to, 0o755).unwrap();
        assert_eq!(fs::metadata(&to).unwrap().permissions().mode() & 0o777, 0o755);
        assert!(put(&stage.path().join("absent"), &to, 0o644).is_err());
    }
}
