using System;
using System.Collections.Generic;
using System.IO;
using System.Linq;
using System.Text.Json;
using EdgeMesh.Contracts;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Results;
using EdgeMesh.MicroPython.Policy;
using Microsoft.Extensions.Options;
using TemplateBoard = EdgeMesh.Hub.Codegen.Templates.Board;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>Which board a device is, and by what its programs are judged.</summary>
public sealed class DeviceRules(IOptions<ProgramOptions> options)
{
    /// <summary>The board of a device, and why it is taken to be that one: its own word, else the caller's, else the usual one.</summary>
    public static Result<(TemplateBoard Board, string Why)> BoardOf(DeviceView device, string? named)
    {
        string? said = SaidBoard(device);
        if (said is not null && named is not null && said != named)
        {
            return new Error(ErrorCodes.InvalidArgument, $"{device.Id} says that it is the board {said}, not {named}; leave --board away, or mend the device's edgemesh.json.");
        }

        string name = said ?? named ?? PolicyData.DefaultBoard;
        if (TemplateBoard.Find(name) is not { } known)
        {
            return new Error(ErrorCodes.InvalidArgument, $"There is no board {Printable.Of(name)}; there are {string.Join(", ", TemplateBoard.Known.Select(b => b.Name))}.");
        }

        string why = said is not null ? $"{device.Id} says that it is the board {known.Name}."
            : named is not null ? $"The board {known.Name} was named."
            : $"{device.Id} does not say which board it is, so the pins of the {known.Name} are meant; name another with --board.";
        return (known, why);
    }

    /// <summary>The board that a device says it is; null where it does not say.</summary>
    internal static string? SaidBoard(DeviceView device) => device.Info is { } info && info.TryGetProperty("board", out JsonElement board) ? board.GetString() : null;

    /// <summary>The pins of a type of device that its programs must leave.</summary>
    public IReadOnlySet<int> UsedPins(string deviceType) => PolicyData.Pins(TypeOf(deviceType).UsedPins);

    /// <summary>
    /// Whether such a program is approved without a person where every gate was passed: its type is named, and the configuration allows each of its hosts. Whoever asks
    /// for a program names its hosts, and must not be the one who allows them.
    /// </summary>
    public bool ApprovesAlone(PackageContent content) =>
        ProgramOptions.Names(options.Value.AutoApprove).Any(t => t == content.DeviceType || t == "*")
        && PolicyOf(content.DeviceType, content.Board, []) is { IsOk: true } configured && content.Hosts.All(configured.Value.Data.AllowsHost);

    /// <summary>What a program is judged by.</summary>
    /// <param name="deviceType">The type of device.</param>
    /// <param name="board">Its board; a board of the device type's name in the policy goes before.</param>
    /// <param name="hosts">Hosts that are allowed to this program alone.</param>
    public Result<PolicyOptions> PolicyOf(string deviceType, string board, IEnumerable<string> hosts)
    {
        ProgramTypeOptions type = TypeOf(deviceType);
        PolicyData policy = PolicyData.Shipped;
        foreach (string file in new[] { options.Value.Policy, type.Policy }.Where(f => f.Length > 0))
        {
            if (Extend(policy, file, out string? problem) is not { } extended)
            {
                // Without what the owner forbids there, nothing is judged.
                return new Error(ErrorCodes.InvalidArgument, $"The policy {file} cannot be used: {problem} Mend it; no program is judged meanwhile.");
            }

            policy = extended;
        }

        policy = policy.AllowHosts([.. ProgramOptions.Names(options.Value.AllowHosts), .. ProgramOptions.Names(type.AllowHosts), .. hosts]);
        return new PolicyOptions(policy, policy.Boards.ContainsKey(deviceType) ? deviceType : board, UsedPins(deviceType));
    }

    private static PolicyData? Extend(PolicyData policy, string file, out string? problem)
    {
        try
        {
            return policy.Extend(File.ReadAllText(file), out problem);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            problem = failure.Message;
            return null;
        }
    }

    private ProgramTypeOptions TypeOf(string deviceType) => options.Value.Types.GetValueOrDefault(deviceType) ?? new ProgramTypeOptions();
}
