//! The HTTP edge: transport, limits, documents seen before, cross-origin rules, health, explorer.

mod cost;
mod documents;
mod explorer;
mod http;
mod limits;
mod origins;
mod subscription;
