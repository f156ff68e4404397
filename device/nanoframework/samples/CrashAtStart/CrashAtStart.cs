using System;
using EdgeMesh.Device.Programs;

namespace EdgeMesh.Samples;

/// <summary>Throws as soon as it starts: an update to it is rolled back.</summary>
public sealed class CrashAtStart : IProgram
{
    /// <inheritdoc/>
    public void Setup(IProgramContext context) => throw new InvalidOperationException("No sensor answers on the bus.");

    /// <inheritdoc/>
    public void Loop()
    {
    }
}
