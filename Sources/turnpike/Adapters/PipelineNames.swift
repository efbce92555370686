// Names that two rooms use for their own view of one thing; see StoreNames.swift.

import TelemetryPipeline

typealias PipelineVehicle = RegisteredVehicle
typealias PipelineName = RegisteredName
typealias PipelineQuarantine = QuarantinedMessage
