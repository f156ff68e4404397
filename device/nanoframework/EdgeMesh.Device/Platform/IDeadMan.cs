namespace EdgeMesh.Device.Platform;

/// <summary>A watchdog: resets the board when nobody feeds it. On hardware it is a thread of its own that reboots.</summary>
public interface IDeadMan
{
    /// <summary>Begins to watch: the board resets after so many milliseconds without a feed.</summary>
    void Start(long timeoutMs);

    /// <summary>The client is alive.</summary>
    void Feed();
}
