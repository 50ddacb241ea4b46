//! The frame around the screens: what is open in it, and the one dialog there can be.

use contract::node::Vendor;
use contract::settings::Theme;
use leptos::prelude::*;

/// What is open around the screen.
#[derive(Clone, Copy)]
pub struct FrameState {
    pub sidebar: RwSignal<bool>,
    pub stream: RwSignal<bool>,
    /// In a narrow window both fold away; these open them over the screen for the moment.
    pub sidebar_over: RwSignal<bool>,
    pub stream_over: RwSignal<bool>,
    pub dialog: RwSignal<Option<Open>>,
    /// The approval (node, id) the person asked for: the screen puts the focus on its card.
    pub approval: RwSignal<Option<(String, String)>>,
    /// The node whose card the person asked for.
    pub node: RwSignal<Option<String>>,
    /// The newest sentence that is only heard: a run ended, an agent needs the person.
    pub heard: RwSignal<String>,
    pub theme: RwSignal<Theme>,
    /// How the window stands with its core.
    pub core: RwSignal<CoreState>,
    /// Why keys cannot be kept, when no keyring answers.
    pub keyring_fault: RwSignal<Option<String>>,
    /// What went wrong while the core started.
    pub start_faults: RwSignal<Vec<String>>,
    pub version: RwSignal<String>,
}

/// What covers the window.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Open {
    Palette,
    Shortcuts,
    AddNode,
    /// A node that was found is added.
    AddFound(Start),
    /// Gateways that are near.
    Nearby,
    /// The node that is edited, and the field to start in.
    EditNode(String, Field),
    /// The node that is tried step by step.
    Diagnose(String),
    /// The node whose guard is set: production, and how fast it is asked.
    Guard(String),
    /// The node of which is shown what nobody here knows.
    Drift(String),
    /// The node that is recorded, or to be.
    Record(String),
    /// The address of a link that was pressed.
    Link(String),
}

/// What a new node begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    pub name: String,
    pub address: String,
    pub vendor: Vendor,
}

/// A field of the node dialog.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    Address,
    Key,
}

/// How the window stands with its core.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CoreState {
    Starting,
    Here,
    /// Why it cannot be reached.
    Away(String),
}

impl FrameState {
    pub fn new() -> Self {
        Self {
            sidebar: RwSignal::new(true),
            stream: RwSignal::new(true),
            sidebar_over: RwSignal::new(false),
            stream_over: RwSignal::new(false),
            dialog: RwSignal::new(None),
            approval: RwSignal::new(None),
            node: RwSignal::new(None),
            heard: RwSignal::new(String::new()),
            theme: RwSignal::new(Theme::System),
            core: RwSignal::new(CoreState::Starting),
            keyring_fault: RwSignal::new(None),
            start_faults: RwSignal::new(Vec::new()),
            version: RwSignal::new(String::new()),
        }
    }

    /// Opens a dialog in place of any other.
    pub fn open(self, dialog: Open) {
        self.dialog.set(Some(dialog));
    }

    /// Reads a sentence out, without showing it.
    pub fn say(self, text: impl Into<String>) {
        self.heard.set(text.into());
    }

    /// Closes whatever covers the window.
    pub fn close(self) {
        self.dialog.set(None);
    }
}
