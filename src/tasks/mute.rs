//! Whether the person wants to hear of a submission: kept with what is seen of it, for every process.

use super::{
    report::Report,
    sightings,
    task::{Task, TaskContext, TaskError},
};
use jiff::Timestamp;
use store_model::{story::Sighting, target::Target};

#[derive(Clone, Debug, PartialEq)]
pub struct Mute {
    pub target: Target,
    pub submission: String,
    pub is_muted: bool,
}

impl Task for Mute {
    type Output = ();

    fn is_change(&self) -> bool {
        true
    }

    async fn run(self, context: TaskContext<Self>) -> Result<(), TaskError> {
        let services = context.services().await?;
        let look = Sighting {
            is_muted: Some(self.is_muted),
            ..Sighting::new(&self.target, &self.submission, Timestamp::now())
        };
        let changed = sightings::keep(&services, vec![look]).await;
        context.reporter().send(Report::Stories(changed)).await;
        Ok(())
    }
}
