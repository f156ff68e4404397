using EdgeMesh.Protocol.Json;

namespace EdgeMesh.Device.Programs;

/// <summary>Answers a command. An exception is answered as an error, and does not end the program.</summary>
/// <param name="name">The command's name.</param>
/// <param name="data">Its members; empty where it has none.</param>
/// <returns>What to answer; null for a plain yes.</returns>
public delegate Readings? CommandHandler(string name, JsonObject data);

/// <summary>What the client lends a program. No key and no socket is reachable through it.</summary>
public interface IProgramContext
{
    /// <summary>The device's id.</summary>
    string Id { get; }

    /// <summary>Milliseconds of a clock that only runs forward.</summary>
    long NowMs { get; }

    /// <summary>Who answers commands; null for nobody. It must not sleep.</summary>
    CommandHandler? Command { get; set; }

    /// <summary>Publishes readings to keep as telemetry.</summary>
    /// <returns>Whether they went out: false while the hub is not reached, or where they are over the size limit.</returns>
    bool Publish(Readings readings);

    /// <summary>Publishes what the device reads now, retained. Kept, and published again after every handshake.</summary>
    void SetState(Readings readings);

    /// <summary>Writes a line to the device's log and, when the hub is reached, to the hub's.</summary>
    void Log(string text);

    /// <summary>Waits so many milliseconds while the client goes on with its work.</summary>
    void Sleep(long milliseconds);
}
