//! Travel costs through phone and server: estimated offline, synced, priced again,
//! decided, settled.

mod caps;
mod decisions;
mod people;
mod prices;
mod world;
