//! The real app in a real window, driven as a browser is: by WebKitWebDriver, straight, with no driver in between.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context, Result};
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::json;

use crate::desk::Desk;
use crate::part::Part;
use crate::running::Running;
use crate::wait::{free_port, listens, until};

/// An open window. Closing it is `close`; dropping it ends the app as a crash would.
pub struct Window {
    /// The page in it, for finding, pressing and reading.
    pub page: Client,
    _driver: Running,
}

/// Opens the app on a desk of its own.
///
/// # Errors
/// As `Desk::start` and `Desk::open`.
pub async fn open() -> Result<(Desk, Window)> {
    let desk = Desk::start().await?;
    let window = desk.open().await?;
    Ok((desk, window))
}

impl Desk {
    /// Starts the app here and waits until its page answers.
    ///
    /// # Errors
    /// `Missing` where the app is not built; else what the driver said.
    pub async fn open(&self) -> Result<Window> {
        let app = Part::App.find()?;
        let port = free_port().await?;
        let mut command = self.command("WebKitWebDriver");
        command.args([&format!("--port={port}"), "--host=127.0.0.1"]);
        command.envs([("TAURI_WEBVIEW_AUTOMATION", "true"), ("TAURI_AUTOMATION", "true")]);
        // The last lines of what it says are to hold the reason, not the stack.
        command.env("RUST_BACKTRACE", "0");
        let driver = Running::start(&command, Stdio::null(), &self.log("driver.out"))?;
        let driver = driver.until_ready("the browser driver", Duration::from_secs(20), || listens(port)).await?;
        let page = connect(port, &app).await.with_context(|| format!("the driver said: {}", driver.tail()))?;
        Ok(Window { page, _driver: driver })
    }
}

async fn connect(port: u16, app: &Path) -> Result<Client> {
    let mut capabilities = Capabilities::new();
    // No browserName: the driver knows none that fits an app.
    capabilities.insert("webkitgtk:browserOptions".into(), json!({ "binary": app, "args": [] }));
    let connector = HttpConnector::new();
    let mut builder = ClientBuilder::new(connector);
    let address = format!("http://127.0.0.1:{port}");
    let client = builder.capabilities(capabilities).connect(&address);
    Ok(tokio::time::timeout(Duration::from_secs(90), client).await.context("the app did not open in 90 s")??)
}

impl Window {
    /// Waits until the page shows this text, and fails with what it shows instead.
    ///
    /// # Errors
    /// After `deadline`.
    pub async fn shows(&self, text: &str, deadline: Duration) -> Result<()> {
        let what = format!("the window shows {text:?}");
        let seen = until(&what, deadline, || async { self.text().await.ok()?.contains(text).then_some(()) });
        if let Err(error) = seen.await {
            let shown = self.text().await.unwrap_or_default();
            return Err(error.context(format!("it shows: {shown}")));
        }
        Ok(())
    }

    /// Waits until the element is there and to be seen: a dialog that still comes in is not yet.
    ///
    /// # Errors
    /// After `deadline`.
    pub async fn sees(&self, css: &str, deadline: Duration) -> Result<Element> {
        until(&format!("{css} is to be seen"), deadline, || async {
            let element = self.page.find(Locator::Css(css)).await.ok()?;
            element.is_displayed().await.ok()?.then_some(element)
        })
        .await
    }

    /// Everything the person can read now.
    ///
    /// # Errors
    /// When the page does not answer.
    pub async fn text(&self) -> Result<String> {
        let text = self.page.execute("return document.body ? document.body.innerText : ''", vec![]).await?;
        Ok(text.as_str().unwrap_or_default().to_owned())
    }

    /// Writes what is on the screen as a PNG.
    ///
    /// # Errors
    /// When the page does not answer or the file cannot be written.
    pub async fn picture(&self, file: &Path) -> Result<()> {
        Ok(std::fs::write(file, self.page.screenshot().await?)?)
    }

    /// Ends the app as a person closing the window does.
    ///
    /// # Errors
    /// When it does not answer any more.
    pub async fn close(self) -> Result<()> {
        Ok(self.page.close().await?)
    }
}
