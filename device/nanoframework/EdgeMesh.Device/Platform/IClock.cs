namespace EdgeMesh.Device.Platform;

/// <summary>A clock that only runs forward. It need not know the date.</summary>
public interface IClock
{
    /// <summary>Milliseconds since any fixed moment of this boot.</summary>
    long NowMs { get; }

    /// <summary>Waits at most so many milliseconds, and shorter where a message arrives meanwhile.</summary>
    void Wait(long milliseconds);
}
