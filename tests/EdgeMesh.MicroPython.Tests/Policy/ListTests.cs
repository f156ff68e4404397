using EdgeMesh.MicroPython.Policy;

namespace EdgeMesh.MicroPython.Tests.Policy;

/// <summary>Mutation of the policy's data: each entry of its lists decides, and taken away decides otherwise.</summary>
public sealed class ListTests
{
    private static readonly PolicyData Data = PolicyData.Shipped;

    private static bool Accepts(string program, PolicyData data) => ProgramPolicy.Judge(program + "\ndef main():\n    pass\n", new PolicyOptions(data)).Accepted;

    private static void Decides(string list, string entry, string program, bool refuses)
    {
        Assert.True(Accepts(program, Data) != refuses, $"{list}: {entry}");
        Assert.True(Accepts(program, Data.Without(list, entry)) == refuses, $"without {entry} of {list} nothing changes");
    }

    [Fact]
    public void Each_refused_attribute_is_refused_of_any_object() =>
        Assert.All(Data.List("attributes_refused").Except(["start_server"]), name => Decides("attributes_refused", name, $"thing = object()\nthing.{name}\n", refuses: true));

    [Fact]
    public void Each_refused_attribute_of_sockets_is_refused_where_there_are_sockets() =>
        Assert.All(Data.List("socket_attributes_refused"), name => Decides("socket_attributes_refused", name, $"import socket\nthing = socket.socket()\nthing.{name}(1)\n", refuses: true));

    [Fact]
    public void Each_refused_name_is_refused_also_where_the_program_gives_it_a_value() =>
        Assert.All(Data.List("names_refused"), name => Decides("names_refused", name, $"{name} = 1\n", refuses: true));

    [Fact]
    public void Each_special_attribute_that_is_allowed_is_allowed_by_its_entry_and_no_other_is()
    {
        Assert.All(Data.List("dunders"), name => Decides("dunders", name, $"thing = object()\nthing.{name}\n", refuses: false));
        string[] leading = ["__class__", "__dict__", "__bases__", "__base__", "__mro__", "__subclasses__", "__globals__", "__code__", "__closure__", "__module__", "__qualname__", "__self__",
            "__func__", "__builtins__", "__import__", "__loader__", "__spec__", "__path__", "__file__", "__getattribute__", "__reduce__", "__init_subclass__", "__set_name__", "__traceback__", "__context__", "__cause__", "__dir__"];
        Assert.All(leading, name => Assert.False(Accepts($"thing = object()\nthing.{name}\n", Data), name));
    }

    [Fact]
    public void Each_builtin_is_allowed_by_its_entry() => Assert.All(
        Data.List("builtins").Except(["getattr", "setattr", "hasattr", "delattr", "type", "property", "staticmethod", "classmethod", "super"]),
        name => Decides("builtins", name, $"thing = {name}\n", refuses: false));

    [Fact]
    public void Each_name_of_each_module_is_allowed_by_its_entry() => Assert.All(
        Data.Modules.SelectMany(m => m.Value.Select(n => (Module: m.Key, Name: n))).Where(part => part.Name != "compile"), // As a bare name it is the built-in's.
        part => Assert.True(Accepts($"from {part.Module} import {part.Name}\n", Data) && !Accepts($"from {part.Module} import {part.Name}_\n", Data), $"{part.Module}.{part.Name}"));
}
