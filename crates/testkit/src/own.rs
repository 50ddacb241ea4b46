//! Our own gateway on a port, for a test, with a fake model behind it; also as a process of its own.

use std::io::Write;
use std::path::Path;

use anyhow::Result;
use fleet::keys::SecretString;
use gateway::{Config, FILE_NAME, Gateway, Listen, Listening};
use supervise::Scope;

/// What opens it.
pub const TOKEN: &str = "a-token-for-this-test-only";

/// Serves until it is killed.
pub async fn serve(data: &Path, port: u16, model: &str) -> Result<()> {
    let scope = Scope::root("gateway");
    let (_gateway, _listening) = open(&scope, data, port, model).await?;
    writeln!(std::io::stdout(), "ready")?;
    std::future::pending().await
}

/// The gateway of that folder, on that port (0 takes any), with [`TOKEN`].
///
/// # Errors
/// The folder or the port cannot be used.
pub async fn open(scope: &Scope, data: &Path, port: u16, model: &str) -> Result<(Gateway, Listening)> {
    std::fs::create_dir_all(data)?;
    let settings = format!(
        "[models]\ndiscover = false\ndefault = \"box/fake-model\"\n\
         [providers.box]\nkind = \"openai\"\nbase_url = \"{model}\"\nmodels = [\"fake-model\"]\n"
    );
    std::fs::write(data.join(FILE_NAME), settings)?;
    let gateway = Gateway::start(scope, data, Config::open(data)?).await?;
    let listen = Listen { addr: ([127, 0, 0, 1], port).into(), token: SecretString::from(TOKEN), tls: None };
    let listening = gateway.listen(listen).await?;
    Ok((gateway, listening))
}
