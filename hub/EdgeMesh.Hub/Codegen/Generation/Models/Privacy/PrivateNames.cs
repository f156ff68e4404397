using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Hosting;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Privacy;

/// <summary>The names that are this house's own: its site, its devices, and those that the owner lists.</summary>
public sealed class PrivateNames(HubIdentity hub, DeviceService devices, IOptions<ModelOptions> options)
{
    /// <summary>The names, as of now.</summary>
    public IEnumerable<string> Now => [hub.Site, .. devices.List().Select(d => d.Id), .. options.Value.PrivateNameList];
}
