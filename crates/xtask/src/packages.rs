//! What building, running and testing need of the system: each package with its reason, and its name elsewhere.

/// How to see that a thing is there without asking a package manager.
#[derive(Clone, Copy)]
pub enum Probe {
    /// A program on PATH.
    Program(&'static str),
    /// A library that pkg-config knows.
    Library(&'static str),
    /// Nothing to look for; only a package manager can tell.
    Nothing,
}

/// One thing needed, by its name on each system.
pub struct Package {
    pub debian: &'static str,
    pub fedora: &'static str,
    pub arch: &'static str,
    pub suse: &'static str,
    /// Finishes the sentence "is for …".
    pub why: &'static str,
    pub probe: Probe,
}

/// What compiling and opening the window needs.
pub const RUN: &[Package] = &[
    Package {
        debian: "build-essential",
        fedora: "gcc gcc-c++ make",
        arch: "base-devel",
        suse: "gcc gcc-c++ make",
        why: "the C compiler behind Rust's linker, SQLite and TLS",
        probe: Probe::Program("cc"),
    },
    Package {
        debian: "pkg-config",
        fedora: "pkgconf-pkg-config",
        arch: "pkgconf",
        suse: "pkg-config",
        why: "finding the libraries below",
        probe: Probe::Program("pkg-config"),
    },
    Package {
        debian: "libwebkit2gtk-4.1-dev",
        fedora: "webkit2gtk4.1-devel",
        arch: "webkit2gtk-4.1",
        suse: "webkit2gtk3-devel",
        why: "the web view that draws the window",
        probe: Probe::Library("webkit2gtk-4.1"),
    },
    Package {
        debian: "libsoup-3.0-dev",
        fedora: "libsoup3-devel",
        arch: "libsoup3",
        suse: "libsoup-devel",
        why: "the web view's own files and calls",
        probe: Probe::Library("libsoup-3.0"),
    },
    Package {
        debian: "libgtk-3-dev",
        fedora: "gtk3-devel",
        arch: "gtk3",
        suse: "gtk3-devel",
        why: "the frame around the window, and menus",
        probe: Probe::Library("gtk+-3.0"),
    },
    Package {
        debian: "librsvg2-dev",
        fedora: "librsvg2-devel",
        arch: "librsvg",
        suse: "librsvg-devel",
        why: "drawing icons",
        probe: Probe::Library("librsvg-2.0"),
    },
    Package {
        debian: "libayatana-appindicator3-dev",
        fedora: "libappindicator-gtk3-devel",
        arch: "libayatana-appindicator",
        suse: "libayatana-appindicator3-devel",
        why: "the icon in the tray",
        probe: Probe::Nothing,
    },
];

/// What the tests need on top.
pub const TEST: &[Package] = &[
    Package {
        debian: "xvfb",
        fedora: "xorg-x11-server-Xvfb",
        arch: "xorg-server-xvfb",
        suse: "xvfb-run",
        why: "a display for the window tests",
        probe: Probe::Program("Xvfb"),
    },
    Package {
        debian: "webkit2gtk-driver",
        fedora: "webkit2gtk4.1",
        arch: "webkit2gtk-4.1",
        suse: "webkit2gtk3-minibrowser",
        why: "pressing keys and reading the page in the window tests",
        probe: Probe::Program("WebKitWebDriver"),
    },
    Package {
        debian: "dbus",
        fedora: "dbus-daemon",
        arch: "dbus",
        suse: "dbus-1-daemon",
        why: "a session bus of the tests' own",
        probe: Probe::Program("dbus-run-session"),
    },
    Package {
        debian: "gnome-keyring",
        fedora: "gnome-keyring",
        arch: "gnome-keyring",
        suse: "gnome-keyring",
        why: "a real keyring, unlocked and thrown away after",
        probe: Probe::Program("gnome-keyring-daemon"),
    },
    Package {
        debian: "openssh-server",
        fedora: "openssh-server",
        arch: "openssh",
        suse: "openssh-server",
        why: "a real SSH server on loopback, to go through",
        probe: Probe::Program("sshd"),
    },
    Package {
        debian: "openssh-client",
        fedora: "openssh-clients",
        arch: "openssh",
        suse: "openssh-clients",
        why: "going through it, and its keys",
        probe: Probe::Program("ssh"),
    },
    Package {
        debian: "fonts-dejavu-core",
        fedora: "dejavu-sans-fonts",
        arch: "ttf-dejavu",
        suse: "dejavu-fonts",
        why: "letters in the window where no font is installed",
        probe: Probe::Nothing,
    },
    Package {
        debian: "npm",
        fedora: "npm",
        arch: "npm",
        suse: "npm-default",
        why: "a real OpenClaw gateway to test against",
        probe: Probe::Program("npm"),
    },
    Package {
        debian: "python3-venv",
        fedora: "python3",
        arch: "python",
        suse: "python311",
        why: "a real mcp-cli dashboard to test against",
        probe: Probe::Nothing,
    },
];

/// What packing a .deb needs on top.
pub const PACK: &[Package] = &[Package {
    debian: "dpkg-dev",
    fedora: "dpkg-dev",
    arch: "dpkg",
    suse: "dpkg",
    why: "packing the .deb, and finding the packages it depends on",
    probe: Probe::Program("dpkg-shlibdeps"),
}];

/// The packages that are not there, in the order they are listed.
pub fn missing<'a>(wanted: &[&'a Package], there: impl Fn(&Package) -> bool) -> Vec<&'a Package> {
    wanted.iter().filter(|package| !there(package)).copied().collect()
}

/// One line a package: its name and what it is for.
pub fn reasons(packages: &[&Package], name: impl Fn(&Package) -> &'static str) -> String {
    let width = packages.iter().map(|package| name(package).len()).max().unwrap_or(0);
    let lines: Vec<String> =
        packages.iter().map(|package| format!("  {:width$}  for {}", name(package), package.why)).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_absent_is_planned_and_in_order() {
        let wanted: Vec<&Package> = RUN.iter().collect();
        let plan = missing(&wanted, |package| !package.debian.starts_with("libaya") && package.debian != "pkg-config");
        let names: Vec<&str> = plan.iter().map(|package| package.debian).collect();
        assert_eq!(names, ["pkg-config", "libayatana-appindicator3-dev"]);
        assert!(missing(&wanted, |_| true).is_empty());
    }

    #[test]
    fn every_package_says_what_it_is_for_in_one_line() {
        let all: Vec<&Package> = RUN.iter().chain(TEST).collect();
        let text = reasons(&all, |package| package.debian);
        assert_eq!(text.lines().count(), all.len());
        assert!(text.lines().all(|line| line.contains("  for ")), "{text}");
    }

    #[test]
    fn no_package_is_listed_twice() {
        let mut names: Vec<&str> = RUN.iter().chain(TEST).map(|package| package.debian).collect();
        let before = names.len();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), before);
    }
}
