//! Which system this is, what it has, and how it installs.

use std::fs;
use std::process::Command;

use anyhow::Result;

use crate::packages::{Package, Probe};
use crate::process;

/// Systems that share a package manager and package names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    Debian,
    Fedora,
    Arch,
    Suse,
    Unknown,
}

impl Family {
    pub fn here() -> Family {
        Family::of(&fs::read_to_string("/etc/os-release").unwrap_or_default())
    }

    /// From the text of `/etc/os-release`: its `ID`, else the first system it says it is like.
    pub fn of(os_release: &str) -> Family {
        let id = field(os_release, "ID").unwrap_or_default();
        let like = field(os_release, "ID_LIKE").unwrap_or_default();
        let known = id.split(' ').chain(like.split(' ')).map(Family::named);
        known.into_iter().find(|family| *family != Family::Unknown).unwrap_or(Family::Unknown)
    }

    fn named(id: &str) -> Family {
        match id {
            "debian" | "ubuntu" => Family::Debian,
            "fedora" | "rhel" | "centos" => Family::Fedora,
            "arch" => Family::Arch,
            "suse" | "opensuse" | "sles" => Family::Suse,
            _ => Family::Unknown,
        }
    }

    /// What this system calls a package; Debian's name where it is not known.
    pub fn name(self, package: &Package) -> &'static str {
        match self {
            Family::Debian | Family::Unknown => package.debian,
            Family::Fedora => package.fedora,
            Family::Arch => package.arch,
            Family::Suse => package.suse,
        }
    }

    /// The commands of all systems that are known, for a person on another one.
    pub fn commands(packages: &[&Package]) -> Vec<String> {
        let known = [Family::Debian, Family::Fedora, Family::Arch, Family::Suse];
        known.iter().filter_map(|family| family.command(packages)).map(|command| format!("  {command}")).collect()
    }

    /// The exact command that installs these, for the person to read or run.
    pub fn command(self, packages: &[&Package]) -> Option<String> {
        let install = match self {
            Family::Debian => "sudo apt-get install",
            Family::Fedora => "sudo dnf install",
            Family::Arch => "sudo pacman -S --needed",
            Family::Suse => "sudo zypper install",
            Family::Unknown => return None,
        };
        let names: Vec<&str> = packages.iter().map(|package| self.name(package)).collect();
        Some(format!("{install} {}", names.join(" ")))
    }
}

/// The packages that dpkg has fully installed, of those asked for: one call for all of them.
pub fn installed_debs(packages: &[&Package]) -> Result<Vec<String>> {
    let names = packages.iter().map(|package| package.debian);
    // dpkg-query fails when one name is unknown to it, and still prints the others.
    let answer =
        Command::new("dpkg-query").args(["-W", "-f", "${Package} ${db:Status-Abbrev}\\n"]).args(names).output()?;
    Ok(parse_dpkg(&String::from_utf8_lossy(&answer.stdout)))
}

/// Whether a thing can be seen without a package manager. What cannot be looked for counts as there.
pub fn seen(probe: Probe) -> bool {
    match probe {
        Probe::Program(program) => process::on_path(program).is_some(),
        Probe::Library(library) => process::succeeds(Command::new("pkg-config").args(["--exists", library])),
        Probe::Nothing => true,
    }
}

fn parse_dpkg(answer: &str) -> Vec<String> {
    let installed =
        |line: &str| line.split_once(' ').filter(|(_, state)| state.starts_with("ii")).map(|(name, _)| name.to_owned());
    answer.lines().filter_map(installed).collect()
}

fn field<'a>(os_release: &'a str, key: &str) -> Option<&'a str> {
    let mut values = os_release.lines().filter_map(|line| line.split_once('='));
    values.find(|(name, _)| name.trim() == key).map(|(_, value)| value.trim().trim_matches(['"', '\'']))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::packages::RUN;

    #[test]
    fn systems_are_told_by_their_id_or_what_they_are_like() {
        assert_eq!(Family::of("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n"), Family::Debian);
        assert_eq!(Family::of("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), Family::Debian);
        assert_eq!(Family::of("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n"), Family::Fedora);
        assert_eq!(Family::of("ID='opensuse-tumbleweed'\nID_LIKE='opensuse suse'\n"), Family::Suse);
        assert_eq!(Family::of("ID=manjaro\nID_LIKE=arch\n"), Family::Arch);
        assert_eq!(Family::of("ID=nixos\n"), Family::Unknown);
        assert_eq!(Family::of(""), Family::Unknown);
    }

    #[test]
    fn a_version_field_is_not_taken_for_the_id() {
        assert_eq!(field("VERSION_ID=\"12\"\nID=debian", "ID"), Some("debian"));
    }

    #[test]
    fn half_removed_packages_do_not_count_as_installed() {
        let answer = "xvfb ii \nnpm rc \nlibgtk-3-dev ii \nbroken iU \n";
        assert_eq!(parse_dpkg(answer), ["xvfb", "libgtk-3-dev"]);
    }

    #[test]
    fn the_command_uses_the_systems_own_names() {
        let two: Vec<&Package> = RUN.iter().skip(2).take(1).collect();
        assert_eq!(Family::Fedora.command(&two).as_deref(), Some("sudo dnf install webkit2gtk4.1-devel"));
        assert_eq!(Family::Arch.command(&two).as_deref(), Some("sudo pacman -S --needed webkit2gtk-4.1"));
        assert_eq!(Family::Unknown.command(&two), None);
        assert_eq!(Family::commands(&two).len(), 4, "a system that is not known gets all commands to read");
    }
}
