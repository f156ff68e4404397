using System;

namespace EdgeMesh.Simulation.Device;

/// <summary>The firmware of a board: the C# client, or the MicroPython agent on its interpreter.</summary>
internal interface IRuntime : IDisposable
{
    /// <summary>Whether the handshake with the hub is made.</summary>
    bool Online { get; }

    /// <summary>Whether the hub has answered the last report.</summary>
    bool ReportHeard { get; }

    /// <summary>One boot. Never returns: a reset of the board unwinds it.</summary>
    void Run();

    /// <summary>The board's power is gone, and with it what was in memory.</summary>
    void Off();
}
