import VehicleSignals

extension CompiledSources {
    /// Decodes with what is remembered of this topic's bus; changes it only if all went well.
    func decodeWithSession(
        _ pool: FramePool, _ context: FrameContext, _ payload: RawSpan, route: Route,
        topic: RawSpan,
        _ work: inout DecodingWorkspace, _ readings: inout OutputSpan<Reading>,
        _ texts: inout OutputSpan<UInt8>
    ) throws(DecodeError) {
        var room = FrameWorkspace()
        swap(&room, &work.frames)
        defer { swap(&room, &work.frames) }
        room.session.removeAll()
        let place = work.sessions.find(
            route.source, .canBus, sender: topic, from: 0, count: topic.byteCount)
        if place >= 0 { _ = room.session.read(work.sessions.entries[place].bytes) }
        try decodePool(
            pool, context, payload, session: &room.session, message: &room.message, &work,
            &readings,
            &texts)
        try remember(&room, at: place, route, topic, &work)
    }

    private func remember(
        _ room: inout FrameWorkspace, at place: Int, _ route: Route, _ topic: RawSpan,
        _ work: inout DecodingWorkspace
    ) throws(DecodeError) {
        // What a unit answers all day changes nothing.
        guard room.session.isChanged else {
            if place >= 0 { work.sessions.touch(place) }
            return
        }
        room.session.write(to: &room.stored)
        if place >= 0 {
            if room.stored == work.sessions.entries[place].bytes {
                return work.sessions.touch(place)
            }
            if room.stored.isEmpty { return work.sessions.end(place) }
        } else if room.stored.isEmpty {
            return
        }
        let open = try work.sessions.open(
            route.source, .canBus, sender: topic, from: 0, count: topic.byteCount)
        work.sessions.entries[open].bytes.removeAll(keepingCapacity: true)
        work.sessions.entries[open].bytes.append(contentsOf: room.stored)
        work.sessions.noteSize(of: open)
    }
}
