internal import ConfigurationFiles
public import PayloadDecoding

/// Sources with CAN frames; what is remembered from message to message is left to the units'.
public enum FrameStage {
    public static let sources = Stage.orExit {
        try CompiledSources(
            definitions: [
                SourceFile.load(
                    text: text, file: "frames.yaml", catalogue: Stage.catalogue,
                    readFile: { _ in Array(database.utf8) })
            ], catalogue: Stage.catalogue)
    }

    private static let text = """
        source: frames
        version: "1"
        topics:
          - {topic: "adapter/{vehicle}", form: can, bus: adapter, else_mapping: modes}
          - {topic: "logger/{vehicle}", form: can, bus: logger}
          - {topic: "units/{vehicle}", form: can, bus: units}
        buses:
          adapter:
            carrier: wican
            databases: [{dbc: x.dbc, signals: [{name: Odometer, signal: Vehicle.TraveledDistance}]}]
          logger:
            carrier: candump
            databases:
              - dbc: x.dbc
                bus: can1
                signals:
                  - {name: Odometer, signal: Vehicle.TraveledDistance}
                  - {name: Key, signal: Vehicle.LowVoltageSystemState, values: {run: "ON"}}
                  - {name: Lamp, signal: Vehicle.Diagnostics.Ext.IsMILOn}
                  - {name: Range, signal: Vehicle.Powertrain.Range, bounds: false}
                  - {name: Speed, signal: Vehicle.Speed}
          units: {carrier: candump, obd: true, uds: true, j1939: true}
        mappings:
          modes:
            fields: [{path: speed, signal: Vehicle.Speed}]
        """

    static let database = """
        BO_ 256 Cluster: 8 GW
         SG_ Odometer : 0|20@1+ (1,0) [0|1048573] "km" GW
         SG_ Key : 40|3@1+ (1,0) [0|7] "" GW
         SG_ Lamp : 43|1@1+ (1,0) [0|1] "" GW
        BO_ 257 Parts: 64 GW
         SG_ Page M : 0|2@1+ (1,0) [0|3] "" GW
         SG_ Range m1 : 100|16@1+ (1,0) [0|100] "km" GW
         SG_ Speed m2 : 15|64@0- (0.5,0) [0|100] "km/h" GW
        VAL_ 256 Key 0 "LOCK" 3 "run";
        """
}
