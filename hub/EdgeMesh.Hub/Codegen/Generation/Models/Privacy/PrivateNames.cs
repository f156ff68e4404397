using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using EdgeMesh.Hub.Codegen.Sentences;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Hosting;
using Microsoft.Extensions.Options;

namespace EdgeMesh.Hub.Codegen.Generation.Models.Privacy;

/// <summary>The names that are this house's own: its site, its devices, and those that the owner lists.</summary>
public sealed class PrivateNames(HubIdentity hub, DeviceService devices, IOptions<ModelOptions> options)
{
    /// <summary>The names, as of now.</summary>
    public IEnumerable<string> Now => Of(hub.Site, devices.List().Select(d => d.Id), options.Value.PrivateNameList);

    /// <summary>
    /// The names. Devices' ids and what the owner lists are private also where they are ordinary words: which rooms there are is what “kitchen sends to garage” tells.
    /// A site that is one, such as the default, tells nothing.
    /// </summary>
    internal static IEnumerable<string> Of(string site, IEnumerable<string> devices, IEnumerable<string> listed) => [.. IsCommon(site) ? Enumerable.Empty<string>() : [site], .. devices, .. listed];

    /// <summary>Whether the reader's lexicon has the word, or it is a number: it tells nobody who lives here.</summary>
    internal static bool IsCommon(string name) => Lexicon.Shared.Find(name.ToLowerInvariant()) is not null || int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out _);
}
