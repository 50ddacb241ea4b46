//! `bundle`: a .deb of the app and `pilot`, laid out here and packed by Debian's own dpkg-deb.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::house::House;
use crate::process;
use crate::run;
use crate::steps::{Steps, say};

/// What the programs load when they start, by Debian's names before and after the 64-bit time change.
const DEPENDS: &str = "libc6, libgcc-s1, libwebkit2gtk-4.1-0, libgtk-3-0t64 | libgtk-3-0, \
    libsoup-3.0-0, libayatana-appindicator3-1, libxdo3";

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
    fs::create_dir_all(stage.join("DEBIAN"))?;
    fs::write(stage.join("DEBIAN/control"), control(version, architecture.trim(), kibibytes(&stage)?))?;
    let mut pack = Command::new("dpkg-deb");
    process::run(pack.args(["--root-owner-group", "-Zxz", "--build"]).arg(&stage).arg(&package))?;
    say(format!("install it with: sudo apt-get install {}", package.display()));
    Ok(())
}

fn lay_out(house: &House, stage: &Path) -> Result<()> {
    for program in ["pilothouse", "pilot"] {
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
    put(&house.root.join("LICENSE-MIT"), &stage.join("usr/share/doc/pilothouse/copyright"), 0o644)?;
    let desktop = stage.join("usr/share/applications/pilothouse.desktop");
    fs::create_dir_all(folder(&desktop)?)?;
    fs::write(&desktop, DESKTOP)?;
    completions(house, stage)
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
        let place = stage.join(file);
        fs::create_dir_all(folder(&place)?)?;
        fs::write(place, script)?;
    }
    Ok(())
}

fn put(from: &Path, to: &Path, mode: u32) -> Result<()> {
    fs::create_dir_all(folder(to)?)?;
    fs::copy(from, to).with_context(|| format!("{} is missing", from.display()))?;
    fs::set_permissions(to, fs::Permissions::from_mode(mode))?;
    Ok(())
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

fn control(version: &str, architecture: &str, kibibytes: u64) -> String {
    format!(
        "Package: pilothouse\nVersion: {version}\nArchitecture: {architecture}\nMaintainer: Pilothouse <pilothouse@localhost>\n\
         Installed-Size: {kibibytes}\nDepends: {DEPENDS}\nRecommends: gnome-keyring | kwalletmanager\nSection: devel\n\
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
        let text = control("0.1.0", "amd64", 12);
        assert!(text.ends_with('\n'));
        for field in ["Package: pilothouse", "Version: 0.1.0", "Architecture: amd64", "Installed-Size: 12"] {
            assert!(text.lines().any(|line| line == field), "{field} in\n{text}");
        }
        let folded = |line: &str| line.starts_with(' ') || line.contains(": ");
        assert!(text.lines().all(folded), "{text}");
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
