/// Where a word may stand that is banned everywhere else: file by file, the reason in the file
/// itself. An entry that is no longer needed is a finding too.
enum AllowedPlaces {
    /// Files that load from raw bytes, or speak to C or the system by hand.
    static let unsafe: [String] = [
        "Benchmarks/Sources/CANBenchmark/CANBenchmark.swift",
        "Benchmarks/Sources/PipelineBenchmark/MemoryFleet.swift",
        "Benchmarks/Sources/PipelineBenchmark/PipelineBenchmark.swift",
        "Benchmarks/Sources/ProtobufBenchmark/ProtobufBenchmark.swift",
        "Sources/IngestJournal/JournalFile.swift",
        "Sources/IngestJournal/JournalLock.swift",
        "Sources/IngestJournal/SQLiteConnection.swift",
        "Sources/IngestJournal/SQLiteStatement.swift",
        "Sources/MQTTLink/Farewell.swift",
        "Sources/MQTTLink/LibraryFailure.swift",
        "Sources/MQTTLink/LinkThread.swift",
        "Sources/MQTTLink/MQTTConfigurationMistake.swift",
        "Sources/MQTTLink/MQTTConnection.swift",
        "Sources/MQTTLink/MQTTPublisher.swift",
        "Sources/MQTTLink/Monitor.swift",
        "Sources/MQTTLink/MosquittoCallbacks.swift",
        "Sources/MQTTLink/MosquittoClient.swift",
        "Sources/MQTTLink/OutgoingBatch.swift",
        "Sources/MQTTLink/WakeSignal.swift",
        "Sources/PayloadDecoding/CAN/Frames/FrameBytes.swift",
        "Sources/PayloadDecoding/RawBytes.swift",
        "Sources/StateStore/StateFlush.swift",
        "Sources/TelemetryPipeline/TelemetryPipeline+Names.swift",
        "Sources/TelemetryPipeline/VehicleRegistry.swift",
        "Sources/TriggerDelivery/HostResolver.swift",
        "Sources/VehicleSignals/ByteHash.swift",
        "Sources/VehicleSignals/MessageBatch.swift",
        "Sources/VehicleSignals/MessageBatchSalvage.swift",
        "Sources/VehicleSignals/MessageBatchStorage.swift",
        "Sources/VehicleSignals/SignalCatalogue.swift",
        "Sources/turnpike/Adapters/StateKeeperAdapter.swift",
        "Sources/turnpike/Commands/DecodeCommand.swift",
        "Sources/turnpike/Commands/DoctorCommand.swift",
        "Sources/turnpike/Gateway/DecodingTrial.swift",
        "Sources/turnpike/Gateway/LoadedConfiguration.swift",
        "Sources/turnpike/SystemClock.swift",
        "simulators/LocalStage/ChildProcess.swift",
        "simulators/LocalStage/Loopback.swift",
    ]
    /// Classes whose safety the compiler cannot see.
    static let unchecked: [String] = [
        "Sources/IngestJournal/JournalReader.swift",
        "Sources/IngestJournal/JournalThread.swift",
        "Sources/MQTTLink/Monitor.swift",
        "Sources/TelemetryPipeline/FiringCollector.swift",
        "Sources/TelemetryPipeline/HandOver.swift",
        "Sources/TelemetryPipeline/Mailbox.swift",
        "Sources/TelemetryPipeline/Sequencer.swift",
        "Sources/TelemetryPipeline/Worker.swift",
        "Sources/turnpike/Adapters/LinkConsumer.swift",
        "Sources/turnpike/Gateway/Housekeeper.swift",
        "simulators/Demo/DemoStage.swift",
    ]
    /// Where a task without a parent is the right thing.
    static let freeTasks: [String] = [
        "Sources/TriggerDelivery/AttemptTasks.swift",
        "simulators/DealerSimulator/ServiceDesk.swift",
        "simulators/Demo/DemoCommand.swift",
    ]
}
