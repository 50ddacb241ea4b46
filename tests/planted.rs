//! A planted key goes through everything a person does with it, and stands nowhere afterwards but in the keyring: not on
//! disk, not in what is printed or logged, not in how a process was called, not in a recording.
//!
//! What the core hands to a window is hunted through in `fleet`'s own tests.

mod talk;

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use testkit::desk::Desk;
use testkit::fake_model::FakeModel;
use testkit::part::Part;
use testkit::planted::{Hunt, Planted, dumps};
use testkit::running::{Running, input};
use testkit::{openclaw, or_skip};

/// How long one command may take here, beside other tests.
const PATIENCE: Duration = Duration::from_secs(90);

#[tokio::test]
async fn the_key_of_our_own_gateway_stands_nowhere() -> Result<()> {
    let mut scene = or_skip!(Scene::set().await);
    let (key, wrong) = (Planted::new("the node's key"), Planted::new("a wrong key"));
    let (right, refused) = (key.key().to_owned(), wrong.key().to_owned());
    scene.hunt.plant(key);
    scene.hunt.plant(wrong);
    let provider = scene.provider().await?;
    let (gateway, url) = scene.gateway(&right)?;
    scene.hunt.process(gateway.id());

    talk::added(&mut scene, &url, &right, &refused).await?;
    talk::everything(&mut scene, "own").await?;
    talk::recorded(&mut scene, "own").await?;
    // Here only: an OpenClaw asks its model again for more than a minute before it says that it failed.
    scene.pilot(&["send", "own", "[error] please", "--wait"], "").await?;
    talk::changed(&mut scene, "own", &right).await?;
    let given = provider.authorizations();
    ensure!(given.iter().flatten().count() > 0, "the provider was never asked with its key");

    scene.hunt.process(gateway.id());
    drop(gateway);
    scene.nothing_found()
}

#[tokio::test]
async fn the_token_of_an_openclaw_stands_nowhere() -> Result<()> {
    let mut scene = or_skip!(Scene::set().await);
    let claw = or_skip!(openclaw::start().await);
    let wrong = Planted::new("a wrong token");
    let refused = wrong.key().to_owned();
    scene.hunt.plant(Planted::of("the gateway's token", claw.token()));
    scene.hunt.plant(wrong);
    scene.configured(&claw.url(), claw.token())?;

    talk::added(&mut scene, &claw.url(), claw.token(), &refused).await?;
    talk::everything(&mut scene, "own").await?;
    talk::recorded(&mut scene, "own").await?;
    talk::imported(&mut scene).await?;
    talk::changed(&mut scene, "own", claw.token()).await?;
    scene.nothing_found()
}

/// A desk, the program, and the hunt.
pub struct Scene {
    desk: Desk,
    pilot: PathBuf,
    hunt: Hunt,
}

impl Scene {
    async fn set() -> Result<Scene> {
        Ok(Scene { desk: Desk::start().await?, pilot: Part::Pilot.find()?, hunt: Hunt::default() })
    }

    /// The program with everything logged that it can log.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.desk.command(&self.pilot);
        command.args(arguments).env("PILOT_LOG", "trace").current_dir(self.desk.home());
        command
    }

    /// Runs it to its end, however that is.
    pub async fn pilot(&mut self, arguments: &[&str], given: &str) -> Result<Output> {
        let mut command = self.command(arguments);
        self.hunt.run(&mut command, given, PATIENCE).await
    }

    /// Runs it, and it must do what it was asked.
    pub async fn does(&mut self, arguments: &[&str], given: &str) -> Result<String> {
        let done = self.pilot(arguments, given).await?;
        let said = String::from_utf8_lossy(&done.stderr);
        // Not the log, which is long: what it said to the person stands at its end.
        let end: Vec<&str> = said.lines().rev().take(5).collect();
        ensure!(done.status.success(), "pilot {}: {} {end:?}", arguments.join(" "), done.status);
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    }

    /// A program of ours in the background, its process under watch.
    pub fn goes_on(&mut self, arguments: &[&str], log: &str) -> Result<Running> {
        let command = self.command(arguments);
        let running = Running::start(&command, std::process::Stdio::null(), &self.desk.log(log))?;
        self.hunt.process(running.id());
        Ok(running)
    }

    /// Where the desk's programs may leave files for the hunt to read.
    pub fn home(&self) -> PathBuf {
        self.desk.home()
    }

    /// A model's provider with a key of its own, for our gateway.
    async fn provider(&mut self) -> Result<FakeModel> {
        let model = FakeModel::start().await?;
        let data = self.desk.home().join("headless");
        std::fs::create_dir_all(&data)?;
        let settings = format!(
            "[models]\ndefault = \"box/fake-model\"\n[providers.box]\nkind = \"openai\"\nbase_url = \"{}\"\nkey_name = \"box\"\n",
            model.url()
        );
        std::fs::write(data.join("gateway.toml"), settings)?;
        let key = Planted::new("the provider's key");
        let secret = key.key().to_owned();
        self.hunt.plant(key);
        self.does(&["key", "set", "box"], &secret).await?;
        Ok(model)
    }

    fn gateway(&mut self, token: &str) -> Result<(Running, String)> {
        let data = self.desk.home().join("headless").display().to_string();
        let command = self.command(&["gateway", "--listen", "127.0.0.1:0", "--token-stdin", "--data", &data]);
        Running::start_and_read(&command, input(token)?, &self.desk.log("gateway.out"))
    }

    /// OpenClaw's own configuration, as the person has it: the key stands there, and that is theirs.
    fn configured(&self, url: &str, token: &str) -> Result<()> {
        let home = self.desk.home();
        let folder = home.parent().context("the desk's folder")?.join("home/.openclaw");
        std::fs::create_dir_all(&folder)?;
        let port: u16 = url.rsplit(':').next().context("a port")?.parse()?;
        let text = serde_json::json!({"gateway": {"port": port, "auth": {"mode": "token", "token": token}}});
        Ok(std::fs::write(folder.join("openclaw.json"), text.to_string())?)
    }

    /// The end: disk, logs and recordings are looked through.
    fn nothing_found(mut self) -> Result<()> {
        let home = self.desk.home();
        self.hunt.folder(&home)?;
        let logs = home.parent().context("the desk's folder")?.to_owned();
        for entry in std::fs::read_dir(&logs)?.flatten().filter(|entry| entry.path().is_file()) {
            self.hunt.bytes(&entry.path().display().to_string(), &std::fs::read(entry.path())?);
        }
        for folder in [&home, &logs, Path::new(".")] {
            ensure!(dumps(folder)?.is_empty(), "a program fell: {:?}", dumps(folder)?);
        }
        let found = self.hunt.found();
        ensure!(found.is_empty(), "{} places hold a key:\n{}", found.len(), found.join("\n"));
        // What was never written cannot be found: all of it must have happened.
        ensure!(self.hunt.looked > 500_000, "only {} bytes were looked through", self.hunt.looked);
        Ok(())
    }
}
