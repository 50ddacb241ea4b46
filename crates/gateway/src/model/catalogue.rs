//! Which models are there, and which one answers for an agent.
//!
//! Providers are asked when someone looks and what is known is old; there is no
//! polling.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use parking_lot::RwLock;
use tokio::sync::Mutex;
use tokio::time::Instant;
use wire::chat_event::ChatErrorKind;
use wire::models::ModelEntry;

use super::demo::Demo;
use super::provider::{Origin, Provider};
use super::{Model, ModelError};
use crate::config::{Config, nearest};

/// How long a list counts as new.
const FRESH: Duration = Duration::from_secs(20);

/// Looked for without being named in the settings.
const USUAL_PLACES: [(&str, &str); 2] =
    [("ollama", "http://127.0.0.1:11434/v1"), ("lmstudio", "http://127.0.0.1:1234/v1")];

const DEMO: &str = "demo";

/// All providers and what they were last found to have.
pub(crate) struct Catalogue {
    providers: Vec<Provider>,
    default: Option<String>,
    demo: Arc<dyn Model>,
    found: RwLock<Vec<Found>>,
    /// When the providers were last asked; held while they are asked.
    asked: Mutex<Option<Instant>>,
}

/// A model to answer with.
#[derive(Clone)]
pub(crate) struct Chosen {
    pub model: Arc<dyn Model>,
    pub provider: String,
    /// The provider's own name of it.
    pub name: String,
}

impl Chosen {
    pub fn is_demo(&self) -> bool {
        self.provider == DEMO
    }

    /// As models are named on the wire: `provider::model`.
    pub fn id(&self) -> String {
        format!("{}::{}", self.provider, self.name)
    }
}

#[derive(Clone, PartialEq)]
struct Found {
    provider: String,
    models: Result<Vec<String>, ModelError>,
}

impl Catalogue {
    pub fn new(config: &Config) -> Self {
        let keys = &config.keys;
        let mut providers: Vec<Provider> =
            config.file.providers.iter().map(|(name, told)| Provider::named(name, told, keys)).collect();
        if config.file.models.discover {
            for (name, base) in USUAL_PLACES {
                if !providers.iter().any(|provider| provider.name == name) {
                    providers.push(Provider::looked_for(name, base, keys));
                }
            }
        }
        Self {
            providers,
            default: config.file.models.default.clone(),
            demo: Arc::new(Demo::new(config.path())),
            found: RwLock::default(),
            asked: Mutex::default(),
        }
    }

    /// Asks all providers unless that was done a moment ago. True when what is
    /// found has changed.
    pub async fn refresh(&self) -> bool {
        let mut asked = self.asked.lock().await;
        if asked.is_some_and(|at| at.elapsed() < FRESH) {
            return false;
        }
        let found = join_all(self.providers.iter().map(|provider| async {
            let models = provider.models().await;
            let wanted = provider.origin == Origin::Named || models.is_ok();
            wanted.then(|| Found { provider: provider.name.clone(), models })
        }));
        let found: Vec<Found> = found.await.into_iter().flatten().collect();
        *asked = Some(Instant::now());
        let mut known = self.found.write();
        let changed = *known != found;
        *known = found;
        changed
    }

    /// The list for people, the default first; the demo model is always last.
    pub fn list(&self) -> Vec<ModelEntry> {
        let default = self.default_name();
        let found = self.found.read();
        let mut entries: Vec<ModelEntry> = found.iter().flat_map(entries_of).collect();
        entries.push(demo_entry());
        for entry in &mut entries {
            let (provider, model) = default.as_ref().map_or((DEMO, DEMO), |(p, m)| (p, m));
            entry.preferred = entry.provider == provider && entry.display_name == model;
        }
        entries.sort_by_key(|entry| !entry.preferred);
        entries
    }

    /// The model of that name (`provider/model` or `provider::model`); without a
    /// name the default one.
    ///
    /// # Errors
    /// When no provider has that name. A model that the provider did not list is
    /// tried all the same.
    pub fn choose(&self, name: Option<&str>) -> Result<Chosen, ModelError> {
        let Some((provider, model)) = name.map(split).or_else(|| self.default_name()) else {
            return Ok(self.demo());
        };
        if provider == DEMO {
            return Ok(self.demo());
        }
        match self.providers.iter().find(|known| known.name == provider) {
            Some(known) => Ok(Chosen { model: known.model(), provider, name: model }),
            None => Err(self.unknown(&provider, &model)),
        }
    }

    fn demo(&self) -> Chosen {
        Chosen { model: Arc::clone(&self.demo), provider: DEMO.to_owned(), name: DEMO.to_owned() }
    }

    /// What is used where nothing is named; `None` is the demo.
    fn default_name(&self) -> Option<(String, String)> {
        if let Some(name) = &self.default {
            return Some(split(name));
        }
        let found = self.found.read();
        found.iter().find_map(|found| {
            let model = found.models.as_ref().ok()?.first()?;
            Some((found.provider.clone(), model.clone()))
        })
    }

    fn unknown(&self, provider: &str, model: &str) -> ModelError {
        let known: Vec<&str> = self.providers.iter().map(|known| known.name.as_str()).collect();
        let hint = match nearest(provider, known.iter().copied()) {
            Some(near) => format!("Did you mean {near}/{model}?"),
            None => format!("Add [providers.{provider}] to the settings, or choose another model."),
        };
        ModelError::new(
            ChatErrorKind::ModelNotFound,
            format!("The model {provider}/{model} has no provider here. {hint}"),
        )
    }
}

fn split(name: &str) -> (String, String) {
    let (provider, model) = name.split_once("::").or_else(|| name.split_once('/')).unwrap_or((name, ""));
    (provider.to_owned(), model.to_owned())
}

fn entries_of(found: &Found) -> Vec<ModelEntry> {
    let entry = |model: &str, problem: Option<String>| ModelEntry {
        id: format!("{}::{model}", found.provider),
        display_name: model.to_owned(),
        provider: found.provider.clone(),
        preferred: false,
        recommended: false,
        supports_tools: problem.is_none(),
        supports_vision: false,
        supports_reasoning: false,
        unsupported: problem.is_some(),
        unsupported_reason: problem,
    };
    match &found.models {
        Ok(models) => models.iter().map(|model| entry(model, None)).collect(),
        Err(error) => vec![entry("unavailable", Some(error.detail.clone()))],
    }
}

fn demo_entry() -> ModelEntry {
    ModelEntry {
        id: format!("{DEMO}::{DEMO}"),
        display_name: DEMO.to_owned(),
        provider: DEMO.to_owned(),
        preferred: false,
        recommended: false,
        supports_tools: true,
        supports_vision: false,
        supports_reasoning: true,
        unsupported: false,
        unsupported_reason: None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn catalogue(text: &str) -> Catalogue {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("gateway.toml");
        std::fs::write(&path, format!("{text}\n[models]\ndiscover = false\n")).unwrap();
        Catalogue::new(&Config::load(&path).unwrap())
    }

    #[tokio::test]
    async fn with_nothing_found_the_demo_answers_and_is_preferred() {
        let catalogue = catalogue("");
        catalogue.refresh().await;
        assert_eq!(catalogue.choose(None).unwrap().id(), "demo::demo");
        let list = catalogue.list();
        assert!(list.len() == 1 && list[0].preferred);
    }

    #[tokio::test]
    async fn a_provider_with_models_comes_before_the_demo() {
        let catalogue = catalogue("[providers.box]\nkind = \"openai\"\nmodels = [\"big\", \"small\"]");
        catalogue.refresh().await;
        let ids: Vec<String> = catalogue.list().into_iter().map(|entry| entry.id).collect();
        assert_eq!(ids, ["box::big", "box::small", "demo::demo"]);
        assert_eq!(catalogue.choose(None).unwrap().id(), "box::big");
        assert_eq!(catalogue.choose(Some("box/a/b")).unwrap().id(), "box::a/b");
    }

    #[tokio::test]
    async fn a_named_provider_that_fails_is_listed_with_its_reason() {
        let catalogue = catalogue("[providers.box]\nkind = \"openai\"\nkey_env = \"NO_SUCH_VARIABLE_HERE\"");
        catalogue.refresh().await;
        let list = catalogue.list();
        let broken = list.iter().find(|entry| entry.provider == "box").unwrap();
        assert!(broken.unsupported_reason.as_ref().unwrap().contains("NO_SUCH_VARIABLE_HERE"));
        assert_eq!(catalogue.choose(None).unwrap().id(), "demo::demo");
    }

    #[test]
    fn an_unknown_provider_is_refused_with_the_nearest_name() {
        let error = catalogue("[providers.openai]\nkind = \"openai\"").choose(Some("opnai/x")).err().unwrap();
        assert!(error.detail.ends_with("Did you mean openai/x?"), "{error}");
    }
}
