using System.Collections.Generic;
using System.Threading.Tasks;

namespace EdgeMesh.Hub.Firmware;

/// <summary>A feature that may be using a stored firmware, asked before one is removed.</summary>
public interface IFirmwareUse
{
    /// <summary>The devices that are being given this firmware now.</summary>
    IReadOnlyList<string> UsersOf(string id, string version);

    /// <summary>Ends every use of it.</summary>
    Task ReleaseAsync(string id, string version);
}
