using System;
using System.Collections.Generic;
using System.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace EdgeMesh.Architecture.Tests;

/// <summary>The hub's time is given to it: its tests move the clock, and no run of them hangs on how fast the machine is.</summary>
public sealed class ClockTests
{
    private static readonly string[] Clocks =
    [
        "DateTime.Now", "DateTime.UtcNow", "DateTime.Today", "DateTimeOffset.Now", "DateTimeOffset.UtcNow", "Environment.TickCount", "Environment.TickCount64",
        "Stopwatch.StartNew", "Stopwatch.GetTimestamp", "Thread.Sleep", "TimeProvider.System", "Random.Shared",
    ];

    private static readonly string[] Timed = ["Task.Delay", "new Timer", "new PeriodicTimer", "new Random"];

    // Where the time comes in: the hub's registrations, and the client library's default for who gives none. The command line is a platform of its own.
    private static readonly string[] ComesIn =
    [
        "hub/EdgeMesh.Hub/HubApplication.cs: TimeProvider.System",
        "hub/EdgeMesh.Hub/Codegen/DryRun/DryRunFeature.cs: TimeProvider.System",
        "hub/EdgeMesh.Mqtt/MqttClient.cs: TimeProvider.System",
        "hub/EdgeMesh.Mqtt/ReconnectingMqttClient.cs: Random.Shared",
        "hub/EdgeMesh.Mqtt/ReconnectingMqttClient.cs: TimeProvider.System",
    ];

    [Fact]
    public void The_hub_and_the_MQTT_client_ask_the_clock_they_were_given()
    {
        string[] found = [.. new[] { "hub/EdgeMesh.Hub", "hub/EdgeMesh.Mqtt", "hub/EdgeMesh.MicroPython" }.SelectMany(Repository.Sources)
            .SelectMany(path => ClocksIn(Repository.Read(path)).Select(clock => $"{path}: {clock}")).Distinct().Order(StringComparer.Ordinal)];
        Assert.Equal(ComesIn.Order(StringComparer.Ordinal), found);
    }

    [Theory]
    [InlineData("class C { long M() => System.DateTime.UtcNow.Ticks; }", "DateTime.UtcNow")]
    [InlineData("class C { object M() => DateTimeOffset.Now; }", "DateTimeOffset.Now")]
    [InlineData("class C { Task M() => Task.Delay(100); }", "Task.Delay")]
    [InlineData("class C { Task M(CancellationToken c) => Task.Delay(TimeSpan.Zero, c); }", "Task.Delay")]
    [InlineData("class C { object o = new Timer(_ => { }); }", "new Timer")]
    [InlineData("class C { PeriodicTimer t = new(TimeSpan.Zero); }", "new PeriodicTimer")]
    [InlineData("class C { object o = new Random(); }", "new Random")]
    [InlineData("class C { void M() => Thread.Sleep(1); }", "Thread.Sleep")]
    public void A_clock_that_was_not_given_is_found(string source, string clock) => Assert.Equal([clock], ClocksIn(source));

    [Theory]
    [InlineData("class C { Task M(TimeProvider time) => Task.Delay(100, time); }")]
    [InlineData("class C { Task M() => Task.Delay(_pause, _parts.Time, _stop); }")]
    [InlineData("class C { void M() { using PeriodicTimer t = new(TimeSpan.Zero, timeProvider); } }")]
    public void One_that_was_given_is_let_through(string source) => Assert.Empty(ClocksIn(source));

    private static IEnumerable<string> ClocksIn(string source)
    {
        foreach (SyntaxNode node in CSharpSyntaxTree.ParseText(source).GetRoot().DescendantNodes())
        {
            (string? name, ArgumentListSyntax? arguments) = node switch
            {
                MemberAccessExpressionSyntax { Expression: IdentifierNameSyntax or MemberAccessExpressionSyntax } m => (LastTwo(m), (m.Parent as InvocationExpressionSyntax)?.ArgumentList),
                ObjectCreationExpressionSyntax o => ("new " + o.Type, o.ArgumentList),
                ImplicitObjectCreationExpressionSyntax { Parent.Parent.Parent: VariableDeclarationSyntax v } o => ("new " + v.Type, o.ArgumentList),
                _ => (null, null),
            };
            if (Clocks.Contains(name) || (Timed.Contains(name) && arguments?.Arguments.Any(a => IsGiven(a.Expression)) != true))
            {
                yield return name!;
            }
        }
    }

    private static string LastTwo(MemberAccessExpressionSyntax member) =>
        (member.Expression is MemberAccessExpressionSyntax inner ? inner.Name.ToString() : member.Expression.ToString()) + "." + member.Name;

    // By its name: time, _time, timeProvider, _parts.Time.
    private static bool IsGiven(ExpressionSyntax argument) => argument is IdentifierNameSyntax or MemberAccessExpressionSyntax
        && argument.ToString().Split('.')[^1].TrimStart('_') is "time" or "Time" or "timeProvider";
}
