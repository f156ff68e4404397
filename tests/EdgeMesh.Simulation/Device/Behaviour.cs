namespace EdgeMesh.Simulation.Device;

/// <summary>What a program does.</summary>
internal enum Behaviour
{
    /// <summary>It runs for ever.</summary>
    Good,

    /// <summary>It throws in its setup.</summary>
    CrashesAtStart,

    /// <summary>It throws after a while: before it is healthy, or after.</summary>
    CrashesLater,

    /// <summary>It neither returns nor sleeps.</summary>
    Hangs,

    /// <summary>It hangs after a while.</summary>
    HangsLater,

    /// <summary>Nothing passes the network while it runs.</summary>
    CutsOff,

    /// <summary>The runtime cannot load it.</summary>
    Unloadable,
}
