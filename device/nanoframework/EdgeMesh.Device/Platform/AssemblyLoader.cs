using System;
using System.Reflection;
using EdgeMesh.Device.Programs;

namespace EdgeMesh.Device.Platform;

/// <summary>Programs as assemblies: a <c>.pe</c> on nanoFramework, a <c>.dll</c> where .NET stands in for it.</summary>
public sealed class AssemblyLoader : IProgramLoader
{
    private static readonly Type[] NoTypes = new Type[0];
    private static readonly object[] NoArguments = new object[0];

    /// <inheritdoc/>
    public ProgramConstructor? Load(byte[] image, out string problem)
    {
        Assembly assembly;
        try
        {
            assembly = Assembly.Load(image);
        }
        catch (Exception e)
        {
            // Runtimes differ in what they throw for bytes that are no assembly; all of it means the same to the caller.
            problem = "The image is no assembly that this runtime loads: " + e.Message;
            return null;
        }

        Type? program = null;
        Type[] types = assembly.GetTypes();
        for (int i = 0; i < types.Length; i++)
        {
            if (types[i].IsClass && types[i].IsPublic && !types[i].IsAbstract && IsProgram(types[i]))
            {
                if (program != null)
                {
                    problem = "The image has two programs, " + program.Name + " and " + types[i].Name + "; leave one public.";
                    return null;
                }

                program = types[i];
            }
        }

        ConstructorInfo? constructor = program == null ? null : program.GetConstructor(NoTypes);
        if (constructor == null)
        {
            problem = "The image has no public class with a constructor without parameters that implements IProgram.";
            return null;
        }

        problem = "";
        return () => (IProgram)constructor.Invoke(NoArguments);
    }

    private static bool IsProgram(Type type)
    {
        Type[] interfaces = type.GetInterfaces();
        for (int i = 0; i < interfaces.Length; i++)
        {
            if (interfaces[i] == typeof(IProgram))
            {
                return true;
            }
        }

        return false;
    }
}
