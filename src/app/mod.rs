//! The state of the whole dashboard. Pure: an event goes in, effects come out as data; no terminal, clock, disk or process.

pub mod arrange;
pub mod dispatch;
pub mod event;
pub mod focus;
pub mod keys;
pub mod loading;
pub mod overlay_stack;
pub mod perform;
pub mod settings;
pub mod toasts;
pub mod update;
pub mod view;
mod watching;
