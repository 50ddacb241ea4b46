//! A real SSH server on loopback, with keys of its own, and the client configuration that knows it. Nothing of the
//! person's own SSH is read or written.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::part::Part;
use crate::running::Running;
use crate::wait::{free_port, listens};

const READY_WITHIN: Duration = Duration::from_secs(30);

/// A running SSH server. It ends when this is dropped.
pub struct Sshd {
    program: PathBuf,
    port: u16,
    folder: TempDir,
    server: Option<Running>,
}

impl Sshd {
    /// Starts one that lets in the key of [`Sshd::config`], and whose own key the configuration knows.
    ///
    /// # Errors
    /// `Missing` where there is none; else what it said before it gave up.
    pub async fn start() -> Result<Sshd> {
        let program = Part::Sshd.find()?;
        let (port, folder) = (free_port().await?, tempfile::tempdir()?);
        let mut sshd = Sshd { program, port, folder, server: None };
        sshd.furnish()?;
        sshd.resume().await?;
        Ok(sshd)
    }

    /// The client's configuration, for `ssh -F`. In it the server is called `home`.
    pub fn config(&self) -> PathBuf {
        self.at("ssh_config")
    }

    /// The client forgets the server's key.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn forget_host(&self) -> Result<()> {
        Ok(fs::write(self.at("known_hosts"), "")?)
    }

    /// The client knows another key of that server.
    ///
    /// # Errors
    /// The key cannot be made.
    pub fn another_host(&self) -> Result<()> {
        let other = keygen(&self.at("other"))?;
        self.know(&other)
    }

    /// The server does not let the client's key in any more.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn shut_out(&self) -> Result<()> {
        Ok(fs::write(self.at("authorized_keys"), "")?)
    }

    /// Ends the server and the connections through it.
    pub fn kill(&mut self) {
        self.server = None;
    }

    /// Starts it again after [`Sshd::kill`], at the same port.
    ///
    /// # Errors
    /// What it said before it gave up.
    pub async fn resume(&mut self) -> Result<()> {
        let mut command = Command::new(&self.program);
        command.arg("-D").arg("-e").arg("-f").arg(self.at("sshd_config"));
        let server = Running::start(&command, Stdio::null(), &self.at("sshd.log"))?;
        let port = self.port;
        self.server = Some(server.until_ready("sshd", READY_WITHIN, || listens(port)).await?);
        Ok(())
    }

    fn at(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn furnish(&self) -> Result<()> {
        let host = keygen(&self.at("host"))?;
        fs::write(self.at("authorized_keys"), keygen(&self.at("me"))?)?;
        self.know(&host)?;
        let place = self.folder.path().display();
        let server = format!(
            "Port {}\nListenAddress 127.0.0.1\nHostKey {place}/host\nAuthorizedKeysFile {place}/authorized_keys\n\
             PidFile none\nUsePAM no\nStrictModes no\nPasswordAuthentication no\n\
             KbdInteractiveAuthentication no\nPermitRootLogin prohibit-password\n",
            self.port
        );
        fs::write(self.at("sshd_config"), server)?;
        let client = format!(
            "Host home\n  HostName 127.0.0.1\n  Port {}\n  User {}\n  IdentityFile {place}/me\n  IdentitiesOnly yes\n  \
             IdentityAgent none\n  UserKnownHostsFile {place}/known_hosts\n  GlobalKnownHostsFile /dev/null\n  \
             StrictHostKeyChecking yes\n",
            self.port,
            output(Command::new("id").arg("-un"))?.trim()
        );
        fs::write(self.at("ssh_config"), client)?;
        // Where it runs as root it wants this folder for its children.
        let _may_be_there = fs::create_dir_all("/run/sshd");
        Ok(())
    }

    fn know(&self, key: &str) -> Result<()> {
        Ok(fs::write(self.at("known_hosts"), format!("[127.0.0.1]:{} {key}\n", self.port))?)
    }
}

/// Makes a key pair; the public half.
fn keygen(file: &Path) -> Result<String> {
    output(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-C", "test", "-f"]).arg(file))?;
    Ok(fs::read_to_string(file.with_extension("pub"))?.trim().to_owned())
}

fn output(command: &mut Command) -> Result<String> {
    let output = command.output().with_context(|| format!("{command:?} did not start"))?;
    if !output.status.success() {
        bail!("{command:?} failed: {}", String::from_utf8_lossy(&output.stderr));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
