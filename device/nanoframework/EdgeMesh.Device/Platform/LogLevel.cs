namespace EdgeMesh.Device.Platform;

/// <summary>How much a line matters.</summary>
public enum LogLevel
{
    /// <summary>For whoever looks for a fault.</summary>
    Debug,

    /// <summary>The ordinary course.</summary>
    Info,

    /// <summary>Something was refused or will be tried again.</summary>
    Warning,

    /// <summary>Something is lost or broken.</summary>
    Error,
}
