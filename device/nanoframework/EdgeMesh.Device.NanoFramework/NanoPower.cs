using System.Threading;
using EdgeMesh.Device.Platform;
using nanoFramework.Runtime.Native;

namespace EdgeMesh.Device.NanoFramework;

/// <summary>The reset of the chip.</summary>
public sealed class NanoPower : IPower
{
    /// <inheritdoc/>
    public void Reboot()
    {
        Power.RebootDevice();

        // The interpreter may run on for a moment; nothing of this boot must.
        Thread.Sleep(Timeout.Infinite);
    }
}
