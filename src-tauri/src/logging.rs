//! The app's own log: a file a day in the home's state folder, a week of them. No key ever reaches it, because no type
//! that holds one can be printed, and because libraries that print the bytes they carry are not asked to.

use std::path::Path;

use fleet::Home;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{Builder, RollingFileAppender, Rotation};
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, fmt};

/// The variable that says what is logged, as in `PILOTHOUSE_LOG=link=debug,info`; set, it also logs to the terminal.
const VARIABLE: &str = "PILOTHOUSE_LOG";
/// What is logged otherwise.
const USUAL: &str = "info,zbus=warn,tao=warn,wry=warn,tracing=warn";
/// How many days are kept.
const DAYS: usize = 7;

/// Begins to log. What is returned must live as long as the app: it writes what is left at the end.
pub fn start(home: Option<&Home>) -> Option<WorkerGuard> {
    let asked = std::env::var(VARIABLE).ok();
    let filter = || EnvFilter::new(asked.as_deref().unwrap_or(USUAL));
    let file = home.and_then(|home| file(&home.state.join("logs")));
    let (file, guard) = match file.map(tracing_appender::non_blocking) {
        Some((writer, guard)) => (Some(fmt::layer().with_ansi(false).with_writer(writer)), Some(guard)),
        None => (None, None),
    };
    let terminal = asked.is_some().then(|| fmt::layer().with_writer(std::io::stderr).with_filter(filter()));
    let fit = tracing_subscriber::registry().with(filter_fn(fleet::keys::may_be_logged));
    let begun = fit.with(file.with_filter(filter())).with(terminal).try_init();
    if begun.is_ok() {
        panics_too();
    }
    tracing::info!(version = env!("CARGO_PKG_VERSION"), "begins");
    guard
}

fn file(folder: &Path) -> Option<RollingFileAppender> {
    std::fs::create_dir_all(folder).ok()?;
    let builder = Builder::new().rotation(Rotation::DAILY).filename_prefix("pilothouse").filename_suffix("log");
    builder.max_log_files(DAYS).build(folder).ok()
}

/// A panic is a defect: it must be in the log, where a person who reports it finds it.
fn panics_too() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        tracing::error!("{info}");
        usual(info);
    }));
}
