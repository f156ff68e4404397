namespace EdgeMesh.Device.Platform;

/// <summary>Lines for people. No secret ever goes there.</summary>
public interface IDeviceLog
{
    /// <summary>Writes a line.</summary>
    void Write(LogLevel level, string text);
}
