//! One phone: a client, its network, and whoever listens.

use std::path::Path;
use std::sync::Arc;

use hamgam::types::OpenOptions;
use hamgam::{FieldClient, FieldEvent, FieldListener, ListenerError, Subscription};
use tokio::sync::broadcast;

use crate::error::BridgeError;
use crate::network::{Network, Reach};

/// Tehran's, in minutes east of UTC.
const UTC_OFFSET_MINUTES: i16 = 210;
/// Events that a slow page may lag behind before it has to read everything again.
const NEWS_MAX: usize = 256;

/// What a page hears.
#[derive(Debug, Clone)]
pub(crate) enum News {
    /// An event of the client, as JSON.
    Event(String),
    /// The network was switched.
    Network(Reach),
}

/// A phone that is switched on.
pub(crate) struct Phone {
    /// By which its folder and its address are known.
    pub(crate) name: String,
    pub(crate) client: Arc<FieldClient>,
    pub(crate) network: Arc<Network>,
    pub(crate) news: broadcast::Sender<News>,
    _listens: Arc<Subscription>,
}

impl Phone {
    pub(crate) async fn open(data: &Path, name: &str, server: &str) -> Result<Self, BridgeError> {
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "._-".contains(letter);
        if name.is_empty() || name.starts_with('.') || !name.chars().all(is_plain) {
            return Err(BridgeError::Name(name.to_owned()));
        }
        let folder = data.join(name);
        std::fs::create_dir_all(&folder).map_err(BridgeError::os("make a phone's folder"))?;
        let network = Arc::new(Network::of_phone(&folder)?);
        let options = OpenOptions {
            database_path: folder.join("phone.sqlite").display().to_string(),
            server_address: server.to_owned(),
            device_name: format!("{name}'s phone"),
            locale: "fa".to_owned(),
            utc_offset_minutes: UTC_OFFSET_MINUTES,
        };
        let client = FieldClient::open(options, Some(network.clone())).await.map_err(Box::new)?;
        let news = broadcast::Sender::new(NEWS_MAX);
        let listens = client.observe(Arc::new(Teller(news.clone()))).map_err(Box::new)?;
        Ok(Self { name: name.to_owned(), client, network, news, _listens: listens })
    }

    /// Takes the phone's network away, or gives it back.
    pub(crate) fn switch(&self, to: Reach) -> std::io::Result<()> {
        self.network.switch(to)?;
        tell(&self.news, News::Network(to));
        Ok(())
    }
}

/// Passes events on to the pages that are open.
struct Teller(broadcast::Sender<News>);

impl FieldListener for Teller {
    fn on_event(&self, event: FieldEvent) -> Result<(), ListenerError> {
        tell(&self.0, News::Event(hamgam::json::event_json(event)));
        Ok(())
    }
}

/// Nobody may be there to hear it; then it is not told.
fn tell(news: &broadcast::Sender<News>, what: News) {
    if news.receiver_count() > 0 {
        drop(news.send(what));
    }
}
