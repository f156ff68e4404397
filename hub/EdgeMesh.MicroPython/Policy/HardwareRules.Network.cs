using System.Collections.Generic;
using System.Linq;
using System.Numerics;
using EdgeMesh.MicroPython.Syntax;

namespace EdgeMesh.MicroPython.Policy;

internal sealed partial class HardwareRules
{
    private readonly bool _brokers = facts.Imports.Exists(i => Modules.Canonical(i.Module).StartsWith("umqtt", System.StringComparison.Ordinal));

    // What umqtt's client connects to stands in its attribute, and may be set there by whoever has it, or inherits it.
    private void Brokers()
    {
        foreach (string name in _brokers ? ["server", "addr"] : System.Array.Empty<string>())
        {
            foreach (Site site in facts.Attributes.GetValueOrDefault(name)?.Values ?? [])
            {
                Host(site.Expr, null, site.Space, isClient: true);
            }
        }
    }

    private void Station(CallTrailer call, Space space)
    {
        Possible mode = call.Arguments.IsEmpty ? Possible.Nothing : Given(call, 0, "interface_id") is { } id ? solver.Of(id, space) : Possible.Anything;
        bool station = mode.IsComplete && mode.Values.All(v => v is BigInteger { IsZero: true } or Imported { Path: "network.STA_IF" or "network.WLAN.IF_STA" });
        if (!station)
        {
            findings.Add("wifi", call, "Only the station that the agent keeps may be looked at; an access point may not be opened.");
        }
    }

    // socket.connect takes (host, port), or what getaddrinfo gave for a host that was looked at there.
    private void Address(Expr? address, CallTrailer call, Space space)
    {
        if (address is null)
        {
            return;
        }

        Possible where = solver.Of(address, space);
        foreach (object value in where.Values)
        {
            if (value is Container { Expr: TupleExpr { Items: [var host, ..] } } pair)
            {
                Host(host, call, pair.Space, isClient: false);
            }
        }

        bool looked = LookedUp(address, space, 0);
        if (!looked && (!where.IsComplete || where.Values.IsEmpty || where.Values.Any(v => v is not Container)))
        {
            findings.Add("host-computed", call, "Whom this connects to is not known before the program runs.");
        }
    }

    // socket.getaddrinfo(…)[0][-1], itself or by a name that is given nothing else.
    private bool LookedUp(Expr address, Space space, int depth) => depth < 4 && address switch
    {
        PrimaryExpr primary when primary.Trailers is [.., CallTrailer, IndexTrailer, IndexTrailer] =>
            solver.Along(primary, primary.Trailers.Length - 3, space) is { IsComplete: true, Values: [Imported { Path: "socket.getaddrinfo" }] },
        PrimaryExpr { Trailers: [IndexTrailer, IndexTrailer] or [IndexTrailer] } primary => LookedUp(primary.Value, space, depth + 1, primary.Trailers.Length),
        NameExpr name when space.Find(name.Id) is { IsOpaque: false, Parameter: null, Iterated.Count: 0, Values.Count: > 0 } symbol =>
            symbol.Values.TrueForAll(site => LookedUp(site.Expr, site.Space, depth + 1)),
        _ => false,
    };

    private bool LookedUp(Expr list, Space space, int depth, int indices) => depth < 4 && list switch
    {
        NameExpr name when space.Find(name.Id) is { IsOpaque: false, Parameter: null, Iterated.Count: 0, Values.Count: > 0 } symbol =>
            symbol.Values.TrueForAll(site => LookedUp(site.Expr, site.Space, depth + 1, indices)),
        PrimaryExpr primary when indices == 2 && primary.Trailers[^1] is CallTrailer =>
            solver.Along(primary, primary.Trailers.Length - 1, space) is { IsComplete: true, Values: [Imported { Path: "socket.getaddrinfo" }] },
        PrimaryExpr primary when indices == 1 && primary.Trailers is [.., CallTrailer, IndexTrailer] =>
            solver.Along(primary, primary.Trailers.Length - 2, space) is { IsComplete: true, Values: [Imported { Path: "socket.getaddrinfo" }] },
        _ => false,
    };

    private void Host(Expr? host, CallTrailer? call, Space space, bool isClient)
    {
        Possible hosts = host is null ? Possible.Anything : solver.Of(host, space);
        foreach (object value in hosts.Values)
        {
            string? name = value switch { string text => Hosts.Of(text, true), Beginning beginning => Hosts.Of(beginning.Text, false), _ => null };
            if (name is null)
            {
                findings.Add("host-computed", (Node?)host ?? call!, "Which host this is, is not known before the program runs.");
            }
            else if (!Hosts.IsAllowed(name, _data, isClient))
            {
                findings.Add("host", (Node?)host ?? call!, $"The host {name} is not allowed.", $"--allow-host {name} allows it for a call, the policy's list of hosts for ever");
            }
        }

        if (!hosts.IsComplete || (host is null && hosts.Values.IsEmpty))
        {
            findings.Add("host-computed", (Node?)host ?? call!, "Which host this is, is not known before the program runs.");
        }
    }
}
