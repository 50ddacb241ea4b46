//! A desk of a test's own to put windows on: a display, a session bus, an unlocked keyring and a home, all thrown
//! away after. It outlives its windows, so that closing and reopening one finds the same keys and data.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::Result;
use tempfile::TempDir;

use crate::part::Part;
use crate::running::{Running, input};
use crate::wait::until;

/// The desk. Dropping it ends everything on it, its newest part first.
pub struct Desk {
    _keyring: Running,
    _bus: Running,
    _display: Running,
    environment: Vec<(&'static str, String)>,
    folder: TempDir,
}

impl Desk {
    /// Sets one up.
    ///
    /// # Errors
    /// `Missing` where the programs for it are not installed; else what did not start.
    pub async fn start() -> Result<Desk> {
        Part::Window.find()?;
        let folder = tempfile::tempdir()?;
        let top = folder.path();
        for name in ["home", "runtime", "pilothouse"] {
            fs::create_dir(top.join(name))?;
        }
        fs::set_permissions(top.join("runtime"), fs::Permissions::from_mode(0o700))?;
        let mut environment = surroundings(top);
        let display = display(top)?;
        environment.push(("DISPLAY", format!(":{}", display.1)));
        let bus = bus(top, &environment)?;
        environment.push(("DBUS_SESSION_BUS_ADDRESS", bus.1));
        let keyring = keyring(top, &environment)?;
        keyring_answers(&environment).await?;
        Ok(Desk { _keyring: keyring, _bus: bus.0, _display: display.0, environment, folder })
    }

    /// The app's own folder on this desk: `PILOTHOUSE_HOME`.
    pub fn home(&self) -> PathBuf {
        self.folder.path().join("pilothouse")
    }

    /// Where programs on this desk may write what they say.
    pub fn log(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A command that runs on this desk, with its display, bus, keyring and home.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new(program);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

fn surroundings(top: &Path) -> Vec<(&'static str, String)> {
    let place = |name: &str| top.join(name).display().to_string();
    vec![
        ("HOME", place("home")),
        ("XDG_RUNTIME_DIR", place("runtime")),
        ("XDG_DATA_HOME", place("home/.local/share")),
        ("XDG_CONFIG_HOME", place("home/.config")),
        ("XDG_CACHE_HOME", place("home/.cache")),
        ("PILOTHOUSE_HOME", place("pilothouse")),
        ("GDK_BACKEND", "x11".into()),
        ("LIBGL_ALWAYS_SOFTWARE", "1".into()),
        ("NO_AT_BRIDGE", "1".into()),
    ]
}

/// An X server on a number it chose itself, told once it is ready.
fn display(top: &Path) -> Result<(Running, String)> {
    let mut server = Command::new("Xvfb");
    // Without -noreset the display starts anew when its last window closes, and the next app finds none meanwhile.
    server.args(["-noreset", "-displayfd", "1", "-screen", "0", "1400x900x24", "-nolisten", "tcp"]);
    Running::start_and_read(&server, Stdio::null(), &top.join("display.out"))
}

fn bus(top: &Path, environment: &[(&'static str, String)]) -> Result<(Running, String)> {
    let mut daemon = Command::new("dbus-daemon");
    daemon.args(["--session", "--nofork", "--print-address=1"]);
    daemon.envs(environment.iter().map(|(name, value)| (name, value)));
    Running::start_and_read(&daemon, Stdio::null(), &top.join("bus.out"))
}

/// The real keyring daemon, its default collection unlocked with an empty password.
fn keyring(top: &Path, environment: &[(&'static str, String)]) -> Result<Running> {
    let mut daemon = Command::new("gnome-keyring-daemon");
    daemon.args(["--foreground", "--unlock", "--components=secrets"]);
    daemon.envs(environment.iter().map(|(name, value)| (name, value)));
    Running::start(&daemon, input("\n")?, &top.join("keyring.out"))
}

async fn keyring_answers(environment: &[(&'static str, String)]) -> Result<()> {
    until("the keyring is on the bus", Duration::from_secs(20), || async {
        let mut ask = Command::new("dbus-send");
        ask.args([
            "--session",
            "--print-reply=literal",
            "--dest=org.freedesktop.DBus",
            "/",
            "org.freedesktop.DBus.NameHasOwner",
        ]);
        ask.arg("string:org.freedesktop.secrets").envs(environment.iter().map(|(name, value)| (name, value)));
        let answer = ask.stderr(Stdio::null()).output().ok()?;
        String::from_utf8_lossy(&answer.stdout).contains("true").then_some(())
    })
    .await
}
