using System;
using System.Collections.Generic;
using System.Globalization;
using System.Linq;
using System.Text.Json;
using EdgeMesh.Cli.Commands.Daemon;
using EdgeMesh.Hub.Access;
using EdgeMesh.Hub.Audit;
using EdgeMesh.Hub.Certificates;
using EdgeMesh.Hub.Codegen.Generation.Models.Endpoints;
using EdgeMesh.Hub.Codegen.Programs;
using EdgeMesh.Hub.Commands;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Enrollment;
using EdgeMesh.Hub.Firmware;
using EdgeMesh.Hub.Ota;
using EdgeMesh.Hub.Results;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EdgeMesh.Cli.Rendering;

/// <summary>What people are shown of the hub's answers.</summary>
internal static class Tables
{
    private const double Kibi = 1024;

    private static readonly Style Heading = new(decoration: Decoration.Bold);

    internal static IRenderable Devices(IReadOnlyList<DeviceView> devices) => devices.Count == 0
        ? new Text("No devices; add one with `edgemesh devices add ID --type TYPE`.\n")
        : Rows(["DEVICE", "TYPE", "STATE", "LAST SEEN", "PROGRAM"], devices.Select(d => new[] { d.Id, d.Type, State(d), Time(d.LastSeen), d.Program }));

    internal static IRenderable Device(DeviceView d)
    {
        List<(string, string)> members =
        [
            ("device", d.Id), ("type", d.Type), ("state", State(d)), ("last seen", Time(d.LastSeen)), ("program", d.Program.Length > 0 ? d.Program : "none"),
            ("sequence", Number(d.Sequence)), ("revoked", d.Revoked == 0 ? "" : $"{Time(d.Revoked)} {d.RevokedReason}"), ("note", d.Note),
        ];
        if (d.Info is JsonElement info)
        {
            members.AddRange(info.EnumerateObject().Select(m => ("info." + m.Name, Value(m.Value))));
        }

        members.AddRange(d.Refused.Select(r => ("refused." + r.Key, Number(r.Value))));
        return Members(members);
    }

    internal static IRenderable Firmware(IReadOnlyList<FirmwareRow> firmware) => firmware.Count == 0
        ? new Text("No firmware; add one with `edgemesh firmware add FILE`.\n")
        : Rows(["FIRMWARE", "TYPE", "KIND", "SIZE", "ADDED"], firmware.Select(f => new[] { $"{f.Id}@{f.Version}", f.DeviceType, f.Kind, Size(f.Size), Time(f.Created) }));

    internal static IRenderable Firmware(FirmwareRow f) => Members(
    [
        ("firmware", $"{f.Id}@{f.Version}"), ("type", f.DeviceType), ("kind", f.Kind), ("size", $"{Size(f.Size)} ({f.Size} bytes)"), ("sha256", f.Sha256),
        ("sequence", Number(f.Sequence)), ("added", Time(f.Created)), ("signed by", f.Publisher),
    ]);

    internal static IRenderable Publishers(IReadOnlyList<PublisherRow> publishers) => publishers.Count == 0
        ? new Text("No publisher is trusted; trust one with `edgemesh keys trust NAME PUB.pem --kinds KINDS`.\n")
        : Rows(["PUBLISHER", "KINDS", "SINCE", "KEY"], publishers.Select(p => new[] { p.Name, p.Kinds, Time(p.Created), p.Key }));

    internal static IRenderable Updates(IReadOnlyList<OtaView> updates) => updates.Count == 0
        ? new Text("No updates; begin one with `edgemesh ota start DEVICE FIRMWARE`.\n")
        : Rows(["DEVICE", "FIRMWARE", "STATE", "DONE", "SINCE", "CAUSE"], updates.Select(u => new[] { u.Device, u.Firmware, u.State, $"{u.Percent} %", Time(u.Updated), Cause(u) }));

    internal static IRenderable Update(OtaView u) => Members(
    [
        ("device", u.Device), ("firmware", u.Firmware), ("state", u.State), ("done", $"{u.Percent} %, {Size(u.Bytes)} of {Size(u.Size)}"), ("since", Time(u.Updated)),
        ("cause", Cause(u)), ("session", Number(u.Session)),
    ]);

    internal static IRenderable Commands(IReadOnlyList<CommandView> commands) => commands.Count == 0
        ? new Text("No commands; give one with `edgemesh commands give DEVICE NAME`.\n")
        : Rows(["COMMAND", "DEVICE", "NAME", "STATE", "SINCE", "CAUSE"], commands.Select(c => new[] { Number(c.Sequence), c.Device, c.Name, c.State, Time(c.Updated), c.Reason }));

    internal static IRenderable Command(CommandView c) => Members(
    [
        ("command", Number(c.Sequence)), ("device", c.Device), ("name", c.Name), ("state", c.State), ("answer", c.Answer?.ToString() ?? ""),
        ("cause", c.Code.Length > 0 ? $"{c.Reason} [{c.Code}]" : c.Reason), ("since", Time(c.Updated)),
    ]);

    internal static IRenderable Authorities(AuthoritiesView v) => Members(
    [
        .. v.Authorities.Select(a => ($"authority {Number(a.Number)}", $"{a.State}, {a.Name}, until {Time(a.NotAfter)}, sha256 {a.Fingerprint}")),
        ("broker", v.HubNotAfter == 0 ? "no certificate yet" : $"until {Time(v.HubNotAfter)}, {string.Join(", ", v.Names)}"),
        ("takes over", v.MovesAt == 0 ? "" : Time(v.MovesAt) + (v.NotTold.Count > 0 ? ", and not before these devices are told: " + string.Join(", ", v.NotTold) : "")),
        ("problem", v.Problem),
    ]);

    internal static IRenderable Renewal(RenewalView v) => Members([("device", v.Device), ("identity", v.State), ("waits", v.Waits)]);

    internal static IRenderable Certificates(IReadOnlyList<IssuedCertificate> certificates) => certificates.Count == 0
        ? new Text("No certificate was issued.\n")
        : Rows(["SERIAL", "KIND", "SUBJECT", "UNTIL", "RENEW BY", "REVOKED"], certificates.Select(c => new[]
        {
            c.Serial, c.Kind, c.Subject, Time(c.NotAfter), Time(c.RenewBy), c.Revoked == 0 ? "" : Time(c.Revoked),
        }));

    internal static IRenderable Audit(IReadOnlyList<AuditEntry> entries) => entries.Count == 0
        ? new Text("Nothing was done in that time.\n")
        : Rows(["NO", "TIME", "WHO", "FROM", "WHAT", "TO", "RESULT", "DETAIL"], entries.Select(e => new[]
        {
            Number(e.Seq), Time(e.Time / 1000), e.Actor, e.Origin, e.Action, e.Subject, e.Outcome, e.Detail,
        }));

    internal static IRenderable Tokens(IReadOnlyList<TokenRow> tokens) => tokens.Count == 0
        ? new Text("No tokens; make one with `edgemesh tokens add NAME`.\n")
        : Rows(["TOKEN", "ROLE", "MADE", "RUNS OUT"], tokens.Select(t => new[] { t.Name, t.Role, Time(t.Created), Time(t.Expires) }));

    internal static IRenderable Programs(IReadOnlyList<ProgramSummary> programs) => programs.Count == 0
        ? new Text("No programs; make one with `edgemesh program new DEVICE \"what it should do\"`.\n")
        : Rows(["PROGRAM", "STATE", "RUNS", "BY", "MADE", "REQUEST"], programs.Select(p =>
            new[] { $"{p.Device}@{p.Version}", p.State, p.Runs == $"{p.Device}@{p.Version}" ? "this" : p.Runs, p.Origin, Time(p.Created), p.Request }));

    internal static IRenderable History(IReadOnlyList<ProgramEvent> events) => events.Count == 0
        ? new Text("No programs; make one with `edgemesh program new DEVICE \"what it should do\"`.\n")
        : Rows(["TIME", "PROGRAM", "WHAT", "BY", "WHY"], events.Select(e => new[] { Time(e.Time), $"{e.Device}@{e.Version}", e.Kind, e.Actor, e.Code.Length > 0 ? $"{e.Reason} [{e.Code}]" : e.Reason }));

    internal static IRenderable Enrollments(IReadOnlyList<EnrollmentView> enrollments) => enrollments.Count == 0
        ? new Text("No enrolments; open one with `edgemesh enroll pin`.\n")
        : Rows(["TOKEN", "TIER", "DEVICE", "TYPE", "STATE", "DONE", "FAILED", "RUNS OUT", "CODE"], enrollments.Select(e => new[]
        {
            e.Token, e.Tier, e.Device, e.Type, e.State, $"{Number(e.Percent)} %", $"{Number(e.Failed)} of {Number(e.Tries)}", Time(e.Expires), e.Code,
        }));

    internal static IRenderable ExitCodes(IEnumerable<(int ExitCode, string Meaning, string[] ErrorCodes)> table) =>
        Rows(["EXIT", "MEANING", "ERROR CODES"], table.Select(row => new[] { Number(row.ExitCode), row.Meaning, string.Join(' ', row.ErrorCodes) }));

    internal static IRenderable Settings(IEnumerable<SettingView> settings) =>
        Rows(["SETTING", "VALUE", "FROM"], settings.Select(s => new[] { s.Key, s.Value, s.Source }));

    /// <summary>Bytes as people read them, in powers of 1024.</summary>
    internal static string Size(long bytes) => bytes switch
    {
        < 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes} B"),
        < 1024 * 1024 => string.Create(CultureInfo.InvariantCulture, $"{bytes / Kibi:0.0} KiB"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{bytes / Kibi / Kibi:0.0} MiB"),
    };

    /// <summary>Why an update stands where it does.</summary>
    internal static string Cause(OtaView u) => u.Waiting.Length > 0 ? $"waiting: {u.Waiting}" : u.Code.Length > 0 ? $"{u.Reason} [{u.Code}]" : u.Reason;

    internal static IRenderable Models(IReadOnlyList<EndpointView> endpoints) => endpoints.Count == 0
        ? new Text("No model is configured: templates alone write programs. See docs/models.md.\n")
        : Rows(["ENDPOINT", "MODEL", "SERVER", "STATE", "TOKENS TODAY", "COST TODAY", "LAST FAILURE"], endpoints.Select(e => new[]
        {
            e.Name, e.Model, e.Url, e.Breaker == "open" ? $"left alone for {e.RestS} s" : e.Breaker == "half_open" ? "to be tried" : "ready", Limited(e.TokensToday, e.TokensPerDay),
            Limited(e.CostToday, e.CostPerDay), e.LastFailure is { } last ? $"{Time(last.At)} {last.Code}" : "",
        }));

    private static string Limited(decimal value, decimal limit) => string.Create(CultureInfo.InvariantCulture, $"{value:0.####}{(limit > 0 ? $" of {limit:0.####}" : "")}");

    private static string State(DeviceView d) => d.Revoked > 0 ? "revoked" : d.Online ? "online" : "offline";

    private static string Number(long value) => value.ToString(CultureInfo.InvariantCulture);

    /// <summary>A time as people read it.</summary>
    internal static string Time(long unixSeconds) => unixSeconds == 0
        ? "never"
        : DateTimeOffset.FromUnixTimeSeconds(unixSeconds).ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => string.Join(", ", value.EnumerateArray().Select(Value)),
        _ => value.ToString(),
    };

    private static Table Rows(string[] headings, IEnumerable<string[]> rows)
    {
        Table table = new Table().Border(TableBorder.None);
        foreach (string heading in headings)
        {
            table.AddColumn(new TableColumn(new Text(heading, Heading)).Padding(0, 0, 2, 0));
        }

        foreach (string[] row in rows)
        {
            table.AddRow(row.Select(cell => new Text(Printable.Of(cell))));
        }

        return table;
    }

    private static Table Members(IEnumerable<(string Name, string Value)> members)
    {
        Table table = Rows(["", ""], members.Where(m => m.Value.Length > 0).Select(m => new[] { m.Name, m.Value }));
        return table.HideHeaders();
    }
}
