//! What `definitions` defines: caches, services, imports, agents.

use crate::yaml::{Entry, Node};

/// The caches that need no definition.
pub const PREDEFINED_CACHES: [&str; 9] =
    ["docker", "composer", "dotnetcore", "gradle", "ivy2", "maven", "node", "pip", "sbt"];

/// The `definitions` of a file, or none.
#[derive(Clone, Copy, Debug)]
pub struct Definitions<'d> {
    node: Option<Node<'d>>,
}

/// One service.
#[derive(Clone, Copy, Debug)]
pub struct Service<'d> {
    /// Its name.
    pub key: Node<'d>,
    /// Its body.
    pub node: Node<'d>,
}

impl<'d> Service<'d> {
    /// The name.
    pub fn name(&self) -> &'d str {
        self.key.text().unwrap_or("")
    }

    /// Whether it is a docker daemon: named so, or of that type.
    pub fn is_docker(&self) -> bool {
        self.name() == "docker" || self.node.get("type").and_then(|kind| kind.text()) == Some("docker")
    }
}

impl<'d> Definitions<'d> {
    pub(super) fn new(node: Option<Node<'d>>) -> Self {
        Self { node }
    }

    /// The node, where there is one.
    pub fn node(&self) -> Option<Node<'d>> {
        self.node
    }

    /// The entries under a keyword.
    pub fn entries(&self, keyword: &str) -> Vec<Entry<'d>> {
        self.node.and_then(|node| node.get(keyword)).map(|node| node.entries().collect()).unwrap_or_default()
    }

    /// The services.
    pub fn services(&self) -> Vec<Service<'d>> {
        self.entries("services").into_iter().map(|entry| Service { key: entry.key, node: entry.value }).collect()
    }

    /// The caches that the file defines.
    pub fn caches(&self) -> Vec<Entry<'d>> {
        self.entries("caches")
    }
}
