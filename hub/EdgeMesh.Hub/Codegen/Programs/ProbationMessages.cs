using System;
using System.Collections.Generic;
using System.Linq;
using EdgeMesh.Contracts;
using EdgeMesh.Contracts.Messages;
using EdgeMesh.Hub.Devices;
using EdgeMesh.Hub.Results;
using EdgeMesh.Protocol;

namespace EdgeMesh.Hub.Codegen.Programs;

/// <summary>What a device says, as a probation takes it.</summary>
internal static class ProbationMessages
{
    /// <summary>Tells a probation of a message.</summary>
    /// <returns>What is wrong with the message, of which nothing was told then; empty where nothing is.</returns>
    internal static string Tell(Probation watch, DeviceMessage message, TimeSpan now)
    {
        switch (message.Kind)
        {
            case TopicKind.Health:
                Health health = Codec.ReadHealth(message.Body);
                if (message.Body.Problem.Length == 0)
                {
                    watch.Reported(health);
                }

                break;
            case TopicKind.Log:
                LogLine line = Codec.ReadLogLine(message.Body);
                // A program's own lines have another level: this one is the agent's.
                if (message.Body.Problem.Length == 0 && line.Level == "error")
                {
                    watch.Complained(Printable.Of(line.Text));
                }

                break;
            default:
                HashSet<string> members = [.. message.Body.MemberNames.Cast<string>()];
                watch.Published(message.Kind == TopicKind.State ? "state" : "telemetry", members, now);
                break;
        }

        return message.Body.Problem;
    }
}
