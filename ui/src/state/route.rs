//! The screens. A new one is a variant here; the compiler then asks for its title, mark, key and view.

use serde::{Deserialize, Serialize};

use crate::parts::icon::Icon;

/// Which screen is shown.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Route {
    #[default]
    Nodes,
    Split,
    Activity,
    Approvals,
}

impl Route {
    /// All of them, in the order of the tabs.
    pub const ALL: [Self; 4] = [Self::Nodes, Self::Split, Self::Activity, Self::Approvals];

    /// What the tab says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Nodes => "Nodes",
            Self::Split => "Split",
            Self::Activity => "Activity",
            Self::Approvals => "Approvals",
        }
    }

    /// The drawing beside the title.
    pub fn icon(self) -> Icon {
        match self {
            Self::Nodes => Icon::Nodes,
            Self::Split => Icon::Split,
            Self::Activity => Icon::Activity,
            Self::Approvals => Icon::Approvals,
        }
    }

    /// The digit that, with Ctrl, leads there.
    pub fn key(self) -> &'static str {
        match self {
            Self::Nodes => "1",
            Self::Split => "2",
            Self::Activity => "3",
            Self::Approvals => "4",
        }
    }

    /// The screen of a digit.
    pub fn of_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|route| route.key() == key)
    }
}

#[cfg(test)]
mod tests {
    use super::Route;

    #[test]
    fn every_screen_has_a_key_of_its_own() {
        for route in Route::ALL {
            assert_eq!(Route::of_key(route.key()), Some(route));
        }
    }
}
